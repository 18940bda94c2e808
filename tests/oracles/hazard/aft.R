# Accelerated failure time with R's survival:  Rscript aft.R > aft_out.csv
suppressMessages(library(survival))
say <- function(case, names, values) {
  cat(sprintf("%s,%s,%.12g\n", case, names, values), sep = "")
}
fitted <- function(case, fit, variance = fit$var) {
  terms <- gsub(".", "_", names(coef(fit)), fixed = TRUE)
  free <- nrow(variance) > length(terms)
  say(case, paste0("estimate:", terms), coef(fit))
  if (free) say(case, "estimate:log_scale", log(fit$scale))
  say(case, paste0("error:", c(terms, if (free) "log_scale")), sqrt(diag(variance)))
  say(case, c("null_log_likelihood", "log_likelihood"), fit$loglik)
}
cat("case,name,value\n")
tight <- survreg.control(rel.tolerance = 1e-13, maxiter = 100)
lung <- subset(read.csv("lung.csv"), !is.na(ph.ecog))
row <- as.integer(rownames(lung))
lung$weight <- 1 + (row %% 4) / 2
lung$place <- ifelse(is.na(lung$inst), 99, lung$inst)
jobs <- read.csv(gzfile("../../../data/raw/unemployment_duration/unemployment_duration.csv.gz"))
for (shape in c("weibull", "exponential", "lognormal", "loglogistic")) {
  fitted(paste("lung", shape),
         survreg(Surv(time, status) ~ age + sex + ph.ecog, lung, dist = shape, control = tight))
  fitted(paste("lung cluster", shape),
         survreg(Surv(time, status) ~ age + sex + ph.ecog, lung, dist = shape, control = tight,
                 cluster = place))
  # survreg's own robust errors forget the weights (survival 3.5-3): they are put back here.
  fit <- survreg(Surv(time, status) ~ age + sex + ph.ecog, lung, dist = shape, control = tight,
                 weights = weight)
  change <- rowsum(residuals(fit, "dfbeta") * lung$weight, lung$place)
  fitted(paste("lung weighted cluster", shape), fit, crossprod(change))
  fitted(paste("unemployment", shape),
         survreg(Surv(spell, censor1) ~ age + logwage + ui, jobs, dist = shape, control = tight))
  fit <- survreg(Surv(time, status) ~ age + sex + ph.ecog, lung, dist = shape, control = tight)
  median <- predict(fit, data.frame(age = 60, sex = 2, ph.ecog = 1), type = "quantile", p = 0.5)
  say(paste("lung", shape), "median:60-2-1", median)
}
