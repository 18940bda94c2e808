# Kaplan-Meier, log-rank and cumulative incidence with R's survival and cmprsk.
# Usage: Rscript curves.R > curves.csv      (written for R 4.2.2, survival 3.5-3, cmprsk 2.2-11)
library(survival)
library(cmprsk)

cat("case,name,value,tolerance,origin\n")
say <- function(case, name, value)
  if (is.finite(value)) cat(sprintf("%s,%s,%.15g,1e-9,curves.R\n", case, name, value), sep = "")

at <- function(case, fit, times) {
  s <- summary(fit, times = times, extend = TRUE)
  for (i in seq_along(times)) {
    say(case, sprintf("probability@%g", times[i]), s$surv[i])
    say(case, sprintf("standard_error@%g", times[i]), s$std.err[i])
    say(case, sprintf("lower@%g", times[i]), s$lower[i])
    say(case, sprintf("upper@%g", times[i]), s$upper[i])
    say(case, sprintf("cumulative_hazard@%g", times[i]), s$cumhaz[i])
    say(case, sprintf("cumulative_hazard_error@%g", times[i]), s$std.chaz[i])
  }
}

# lung: time in days, status 2 = dead
days <- c(100, 180, 365, 700)
for (scale in c("log", "log-log", "plain", "logit"))
  at(paste0("lung_", scale), survfit(Surv(time, status) ~ 1, lung, conf.type = scale), days)
at("lung_nelson_aalen", survfit(Surv(time, status) ~ 1, lung, stype = 2, ctype = 1), days)
q <- quantile(survfit(Surv(time, status) ~ 1, lung), c(.25, .5, .75))
for (i in 1:3) {
  p <- c("25", "50", "75")[i]
  say("lung_quantiles", paste0("time@", p), q$quantile[i])
  say("lung_quantiles", paste0("lower@", p), q$lower[i])
  say("lung_quantiles", paste0("upper@", p), q$upper[i])
}
r <- summary(survfit(Surv(time, status) ~ 1, lung), rmean = 365)$table
say("lung_restricted_mean", "mean", r["rmean"])
say("lung_restricted_mean", "standard_error", r["se(rmean)"])
test <- function(case, fit) {
  say(case, "statistic", fit$chisq)
  if (is.matrix(fit$exp)) say(case, "expected_1", sum(fit$exp[1, ]))
  else say(case, "expected_1", fit$exp[1])
}
complete <- lung[!is.na(lung$ph.ecog), ]
test("lung_log_rank", survdiff(Surv(time, status) ~ sex, lung))
test("lung_peto", survdiff(Surv(time, status) ~ sex, lung, rho = 1))
test("lung_stratified", survdiff(Surv(time, status) ~ sex + strata(ph.ecog), complete))
test("lung_four_groups", survdiff(Surv(time, status) ~ ph.ecog, complete))

# mgus2: months; weights and clusters are made up from the row number
m <- mgus2
row <- seq_len(nrow(m))
m$weight <- 0.5 + (row %% 7) / 4
m$count <- 1 + row %% 3
m$cluster <- row %% 100
m$row <- row
m$entry <- m$age * 12
months <- c(60, 120, 240)
at("mgus2_weights", survfit(Surv(futime, death) ~ 1, m, weights = weight, id = row, robust = TRUE), months)
at("mgus2_clusters", survfit(Surv(futime, death) ~ 1, m, weights = weight, cluster = cluster), months)
at("mgus2_counts", survfit(Surv(futime, death) ~ 1, m, weights = count, robust = FALSE), months)
ages <- c(720, 840, 960, 1080)
late <- m[m$futime > 0, ]
at("mgus2_late", survfit(Surv(entry, entry + futime, death) ~ 1, late), ages)
at("mgus2_late_clusters",
   survfit(Surv(entry, entry + futime, death) ~ 1, late, weights = weight, cluster = cluster), ages)

# competing moves: progression (pcm) and death without it
m$time <- ifelse(m$pstat == 0, m$futime, m$ptime)
m$kind <- factor(ifelse(m$pstat == 0, 2 * m$death, 1), 0:2, c("none", "pcm", "death"))
both <- function(case, fit, times, error = NULL) {
  s <- summary(fit, times = times)
  for (k in 2:3) for (i in seq_along(times)) {
    name <- fit$states[k]
    say(case, sprintf("%s@%g", name, times[i]), s$pstate[i, k])
    e <- if (is.null(error)) s$std.err[i, k] else error[i, k]
    say(case, sprintf("%s_error@%g", name, times[i]), e)
  }
}
ever <- c(60, 120, 240, 360)
both("mgus2_incidence", survfit(Surv(time, kind) ~ 1, m), ever)
both("mgus2_incidence_weights", survfit(Surv(time, kind) ~ 1, m, weights = weight, id = row), ever)
f <- survfit(Surv(entry, entry + time, kind) ~ 1, m, weights = weight, id = row)
both("mgus2_incidence_late", f, ages)
# survfit 3.5-3 takes no clusters of rows for several states: its influence of rows (a derivative by
# the weight; its first column is time 0), times the weight, summed by hand
clustered <- function(f, times) {
  place <- findInterval(times, f$time)
  sapply(seq_along(f$states), function(k)
    sapply(place, function(j) sqrt(sum(rowsum(m$weight * f$influence.pstate[, j + 1, k], m$cluster)^2))))
}
f <- survfit(Surv(time, kind) ~ 1, m, weights = weight, id = row, influence = TRUE)
both("mgus2_incidence_clusters", f, ever, clustered(f, ever))
f <- survfit(Surv(entry, entry + time, kind) ~ 1, m, weights = weight, id = row, influence = TRUE)
both("mgus2_incidence_late_clusters", f, ages, clustered(f, ages))
s <- summary(survfit(Surv(time, kind) ~ 1, m), times = ever)
for (i in seq_along(ever)) {
  say("mgus2_incidence_limits", sprintf("pcm_lower@%g", ever[i]), s$lower[i, 2])
  say("mgus2_incidence_limits", sprintf("pcm_upper@%g", ever[i]), s$upper[i, 2])
}
# the curve's mean time in a state up to 240 months
r <- summary(survfit(Surv(time, kind) ~ 1, m), rmean = 240)$table
say("mgus2_mean_time", "pcm", r["pcm", "rmean"]); say("mgus2_mean_time", "death", r["death", "rmean"])
f <- survfit(Surv(time, kind) ~ 1, m, id = row, influence = TRUE)
width <- diff(c(pmin(f$time, 240), 240))          # influence on the area: by hand
for (k in 2:3) {
  area <- f$influence.pstate[, -1, k] %*% width
  say("mgus2_mean_time", paste0(f$states[k], "_error"), sqrt(sum(area^2)))
}
# Gray's test
m$age_group <- cut(m$age, c(0, 65, 75, 200), labels = FALSE)
gray <- function(case, tests) {
  say(case, "pcm", tests["1", "stat"]); say(case, "death", tests["2", "stat"])
}
code <- as.integer(m$kind) - 1
gray("gray_sex", cuminc(m$time, code, m$sex)$Tests)
gray("gray_age", cuminc(m$time, code, m$age_group)$Tests)
gray("gray_age_strata", cuminc(m$time, code, m$age_group, strata = m$sex, rho = 1)$Tests)
gray("gray_ties", cuminc(pmax(1, ceiling(m$time / 60)), code, m$age_group)$Tests)
# ties: toy data
toy <- data.frame(time = c(1, 1, 2, 2, 2, 3, 4, 4, 5, 6),
                  kind = factor(c(1, 2, 0, 1, 2, 1, 2, 2, 0, 1), 0:2, c("none", "pcm", "death")))
both("toy", survfit(Surv(time, kind) ~ 1, toy), c(1, 2, 3, 4, 5, 6))
