# Cox's model with R's survival:  Rscript cox.R > cox_out.csv
suppressMessages(library(survival))
say <- function(case, names, values) {
  cat(sprintf("%s,%s,%.12g\n", case, names, values), sep = "")
}
fitted <- function(case, fit) {
  terms <- gsub(".", "_", names(coef(fit)), fixed = TRUE)
  say(case, paste0("estimate:", terms), coef(fit))
  say(case, paste0("error:", terms), sqrt(diag(fit$var)))
  say(case, c("null_log_likelihood", "log_likelihood"), fit$loglik)
}
tested <- function(case, fit, ...) {
  made <- cox.zph(fit, ...)$table
  say(case, paste0("statistic:", gsub(".", "_", rownames(made), fixed = TRUE)), made[, "chisq"])
}
curve <- function(case, fit, at, times, ...) {
  made <- summary(survfit(fit, newdata = at, ...), times = times)
  say(case, paste0("survival:", times), made$surv)
  say(case, paste0("survival_error:", times), made$std.err)
}
cat("case,name,value\n")
lung <- read.csv("lung.csv")
row <- seq_len(nrow(lung))
lung$late <- ifelse(row %% 3 == 0, floor(lung$time / 3), 0)
lung$weight <- 1 + (row %% 4) / 2
lung$place <- ifelse(is.na(lung$inst), 99, lung$inst)
for (ties in c("efron", "breslow")) {
  case <- paste("lung", ties)
  fit <- coxph(Surv(time, status) ~ age + sex + ph.ecog, lung, ties = ties)
  fitted(case, fit)
  say(case, c("test:score", "test:wald", "test:likelihood_ratio"),
      c(fit$score, fit$wald.test, 2 * diff(fit$loglik)))
  curve(case, fit, data.frame(age = 60, sex = 2, ph.ecog = 1), c(100, 300, 600))
  case <- paste("lung late weighted strata cluster", ties)
  fit <- coxph(Surv(late, time, status) ~ age + ph.ecog + strata(sex), lung, ties = ties,
               weights = weight, cluster = place)
  fitted(case, fit)
  tested(case, fit)
  at <- summary(survfit(fit, newdata = data.frame(age = 60, ph.ecog = 1, sex = 2)),
                times = c(100, 300, 600))
  say(case, paste0("survival:", c(100, 300, 600)), at$surv)
}
fit <- coxph(Surv(time, status) ~ age + sex + factor(ph.ecog), lung, subset = ph.ecog < 3)
for (scale in c("km", "rank", "identity", "log")) {
  tested(paste("lung proportional", scale), fit, transform = scale)
}
fit <- coxph(Surv(time, status) ~ age * sex + log(age), lung)
fitted("lung products", fit)
jobs <- read.csv(gzfile("../../../data/raw/unemployment_duration/unemployment_duration.csv.gz"))
for (exit in c("censor1", "censor2")) {
  jobs$left <- jobs[[exit]]
  fit <- coxph(Surv(spell, left) ~ age + tenure + logwage + reprate + ui, jobs)
  fitted(paste("unemployment", exit), fit)
}
tested("unemployment censor2", fit)
