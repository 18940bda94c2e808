# Fine and Gray's model with R's survival (finegray + coxph) and cmprsk (crr):
#   Rscript fine_gray.R > fine_gray_out.csv
suppressMessages({library(survival); library(cmprsk)})
say <- function(case, names, values) {
  cat(sprintf("%s,%s,%.12g\n", case, names, values), sep = "")
}
fitted <- function(case, fit) {
  say(case, paste0("estimate:", names(coef(fit))), coef(fit))
  say(case, paste0("error:", names(coef(fit))), sqrt(diag(fit$var)))
  say(case, c("null_log_likelihood", "log_likelihood"), fit$loglik)
}
cat("case,name,value\n")
people <- read.csv(gzfile("mgus2.csv.gz"))
people$time <- ifelse(people$pstat == 1, people$ptime, people$futime)
people$kind <- factor(ifelse(people$pstat == 1, 1, 2 * people$death), 0:2,
                      c("censored", "pcm", "death"))
people$late <- ifelse(people$id %% 4 == 0, floor(people$time / 4), 0)
for (ties in c("efron", "breslow")) {
  case <- paste("mgus2", ties)
  wide <- finegray(Surv(time, kind) ~ ., people, etype = "pcm")
  fit <- coxph(Surv(fgstart, fgstop, fgstatus) ~ age + male, wide, weights = fgwt, cluster = id,
               ties = ties)
  fitted(case, fit)
  made <- summary(survfit(fit, newdata = data.frame(age = 60, male = 1)), times = c(60, 120, 240))
  say(case, paste0("incidence:", c(60, 120, 240)), 1 - made$surv)
  wide <- finegray(Surv(late, time, kind) ~ ., people, etype = "pcm", id = id)
  fit <- coxph(Surv(fgstart, fgstop, fgstatus) ~ age + male, wide, weights = fgwt, cluster = id,
               ties = ties)
  fitted(paste("mgus2 late", ties), fit)
  wide <- finegray(Surv(time, kind) ~ age + id + strata(male), people, etype = "death")
  names(wide)[names(wide) == "strata(male)"] <- "male"
  wide$male <- people$male[match(wide$id, people$id)]
  fit <- coxph(Surv(fgstart, fgstop, fgstatus) ~ age + strata(male), wide, weights = fgwt,
               cluster = id, ties = ties)
  fitted(paste("mgus2 death strata", ties), fit)
}
# Whole-number weights as rows repeated: finegray(weights = ) multiplies its rows by them, but leaves
# them out of the curves of censoring and entry.
rows <- people[rep(seq_len(nrow(people)), 2 + people$id %% 4), ]
rows$copy <- seq_len(nrow(rows))
repeated <- list(weighted = Surv(time, kind) ~ ., "late weighted" = Surv(late, time, kind) ~ .)
for (case in names(repeated)) {
  wide <- finegray(repeated[[case]], rows, etype = "pcm", id = copy)
  fit <- coxph(Surv(fgstart, fgstop, fgstatus) ~ age + male, wide, weights = fgwt, cluster = id,
               ties = "breslow")
  fitted(paste("mgus2", case, "breslow"), fit)
}
fit <- crr(people$time, as.integer(people$kind) - 1, people[, c("age", "male")])
say("mgus2 crr", paste0("estimate:", c("age", "male")), fit$coef)
say("mgus2 crr", paste0("error:", c("age", "male")), sqrt(diag(fit$var)))
say("mgus2 crr", c("null_log_likelihood", "log_likelihood"), c(fit$loglik.null, fit$loglik))
jobs <- read.csv(gzfile("../../../data/raw/unemployment_duration/unemployment_duration.csv.gz"))
jobs <- jobs[jobs$censor1 + jobs$censor2 + jobs$censor3 + jobs$censor4 == 1, ]
jobs$kind <- factor(jobs$censor1 + 2 * jobs$censor2 + 3 * jobs$censor3, 0:3,
                    c("censored", "full_time", "part_time", "unknown"))
jobs$id <- seq_len(nrow(jobs))
for (exit in c("full_time", "part_time")) {
  wide <- finegray(Surv(spell, kind) ~ ., jobs, etype = exit)
  fit <- coxph(Surv(fgstart, fgstop, fgstatus) ~ age + logwage + ui, wide, weights = fgwt,
               cluster = id)
  fitted(paste("unemployment", exit), fit)
}
