# Discrete-time hazards with R's glm on one row for each person and period.
# Usage: Rscript discrete.R > discrete.csv      (written for R 4.2.2, survival 3.5-3)
library(survival)
cat("case,name,value,tolerance,origin\n")
say <- function(case, name, value)
  cat(sprintf("%s,%s,%.15g,%s,discrete.R\n", case, name, value,
              if (grepl("_error", name)) "1e-7" else "1e-8"), sep = "")

m <- mgus2
row <- seq_len(nrow(m))
m$time <- ifelse(m$pstat == 0, m$futime, m$ptime)
m$weight <- 0.5 + (row %% 7) / 4
m$cluster <- row %% 100
m$entry <- (row %% 4) * 5                       # months: late by up to 15, if still there
m <- m[, c("age", "sex", "time", "pstat", "death", "weight", "cluster", "entry")]
m$any <- m$pstat == 1 | m$death == 1
m$pcm <- m$pstat == 1

expand <- function(d, event, period, horizon = Inf, late = FALSE) {
  end <- pmin(d$time, horizon)
  seen <- event & d$time <= horizon
  last <- ceiling(end / period)
  first <- if (late) floor(d$entry / period) + 1 else rep(1, nrow(d))
  kept <- if (late) d$entry < end else rep(TRUE, nrow(d))
  d <- d[kept, ]; seen <- seen[kept]; last <- last[kept]; first <- first[kept]
  n <- last - first + 1
  out <- d[rep(seq_len(nrow(d)), n), ]
  out$t <- sequence(n) + rep(first, n) - 1
  out$y <- as.integer(rep(seen, n) & out$t == rep(last, n))
  out
}
told <- function(case, fit, pp = NULL, cluster = NULL) {
  b <- coef(fit); se <- sqrt(diag(vcov(fit)))
  if (!is.null(cluster)) {
    # sandwich by cluster with G / (G - 1); no package needed
    x <- model.matrix(fit); g <- length(unique(cluster))
    score <- rowsum(x * (residuals(fit, "working") * fit$weights), cluster)
    bread <- solve(t(x) %*% (x * fit$weights))
    se <- sqrt(diag(bread %*% (t(score) %*% score) %*% bread) * g / (g - 1))
  }
  for (k in names(b)) {
    say(case, k, b[k]); say(case, paste0(k, "_error"), se[k])
  }
  say(case, "log_likelihood", as.numeric(logLik(fit)))
}
tight <- glm.control(epsilon = 1e-14, maxit = 100)
years <- expand(m, m$any, 12, 240)
say("hazard_years", "person_periods", nrow(years))
told("hazard_years", glm(y ~ t + I(t^2) + age + sex, binomial, years, control = tight))
told("hazard_cloglog", glm(y ~ t + I(t^2) + age + sex, binomial("cloglog"), years, control = tight))
pcm <- expand(m, m$pcm, 12, 240)
told("hazard_pcm_log", glm(y ~ log(t) + age * sex, binomial, pcm, control = tight))
dummies <- expand(m, m$any, 24, 240)
told("hazard_dummies", glm(y ~ factor(t) - 1 + age + sex, binomial, dummies, control = tight))
late <- expand(m, m$any, 12, 240, late = TRUE)
told("hazard_late", glm(y ~ t + age + sex, binomial, late, control = tight))
weighted <- suppressWarnings(glm(y ~ t + age + sex, binomial, years, weights = weight, control = tight))
told("hazard_clusters", weighted, years, years$cluster)
