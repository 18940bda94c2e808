# Rscript differences.R > out.csv   (from this folder; R 4.2.2, sandwich, lmtest)
# Earnings 1975 (before) and 1978 (after) of lalonde: lm with clustered errors, then covariates by
# stacked estimating equations.
source("common.R")
suppressMessages({library(sandwich); library(lmtest)})
cat("case,name,value\n")
long <- rbind(transform(lalonde, after = 0, y = re75), transform(lalonde, after = 1, y = re78))
fit <- lm(y ~ treat * after, long)
out("panel none", "estimate", coef(fit)[["treat:after"]])
# cadjust: G / (G - 1); HC0 beside it, as the sums of rows give.
out("panel none", "error", sqrt(vcovCL(fit, long$row, type = "HC0", cadjust = TRUE)["treat:after", "treat:after"]))
weighted <- lm(y ~ treat * after, long, weights = w)
out("panel none weighted", "estimate", coef(weighted)[["treat:after"]])
out("panel none weighted", "error", sqrt(vcovCL(weighted, long$row, type = "HC0", cadjust = TRUE)["treat:after", "treat:after"]))
sections <- subset(long, (row + after) %% 2 == 0)      # each person in one period only
fit <- lm(y ~ treat * after, sections)
out("sections none", "estimate", coef(fit)[["treat:after"]])
out("sections none", "error", sqrt(vcovCL(fit, sections$row, type = "HC0", cadjust = TRUE)["treat:after", "treat:after"]))
school <- lm(y ~ treat * after, sections)
out("sections none school", "error", sqrt(vcovCL(school, sections$school, type = "HC0", cadjust = TRUE)["treat:after", "treat:after"]))

traits <- ~ age + educ + race + married + nodegree + re74
k <- ncol(scaled(lalonde))
logit <- function(x, d) glm.fit(x, d, family = binomial(), control = list(epsilon = 1e-14))$coefficients
least <- function(x, y, w) lm.wfit(x, y, w)$coefficients
report <- function(case, equations, theta, contrast, cluster = NULL) {
  v <- stacked(equations, theta, cluster)
  full <- c(rep(0, length(theta) - length(contrast)), contrast)
  out(case, "estimate", sum(full * theta))
  out(case, "error", sqrt(drop(t(full) %*% v %*% full)))
}

# The same persons: the change of each.
d <- lalonde$treat; x <- scaled(lalonde); change <- lalonde$re78 - lalonde$re75
gamma <- logit(x, d)
beta <- least(x, change, 1 - d)
e_of <- function(t) plogis(drop(x %*% t[1:k]))
m_of <- function(t) drop(x %*% t[k + 1:k])
models <- function(t) cbind((d - e_of(t)) * x, (1 - d) * (change - m_of(t)) * x)
start <- c(gamma, beta)
pool <- function(t) (1 - d) * e_of(t) / (1 - e_of(t))
cells <- function(values, weights) sum(values * weights) / sum(weights)
report("panel ipw", function(t) cbind(models(t), d * (change - t[2 * k + 1]), pool(t) * (change - t[2 * k + 2])),
       c(start, cells(change, d), cells(change, pool(start))), c(1, -1))
report("panel regression", function(t) cbind(models(t), d * (change - t[2 * k + 1]), d * (m_of(t) - t[2 * k + 2])),
       c(start, cells(change, d), cells(m_of(start), d)), c(1, -1))
missed <- function(t) change - m_of(t)
report("panel dr", function(t) cbind(models(t), d * (missed(t) - t[2 * k + 1]), pool(t) * (missed(t) - t[2 * k + 2])),
       c(start, cells(missed(start), d), cells(missed(start), pool(start))), c(1, -1))

# Different persons in each period.
s <- sections; d <- s$treat; x <- scaled(s); y <- s$y; a <- s$after
gamma <- logit(x, d)
before <- least(x, y, (1 - d) * (1 - a))
later <- least(x, y, (1 - d) * a)
b_of <- function(t) drop(x %*% t[k + 1:k]); l_of <- function(t) drop(x %*% t[2 * k + 1:k])
models <- function(t) cbind((d - e_of(t)) * x, (1 - d) * (1 - a) * (y - b_of(t)) * x, (1 - d) * a * (y - l_of(t)) * x)
start <- c(gamma, before, later)
missed <- function(t) y - ifelse(a == 1, l_of(t), b_of(t))
four <- function(case, value, cluster = NULL) {
  weights <- function(t) list(d * a, d * (1 - a), pool(t) * a, pool(t) * (1 - a))
  first <- sapply(weights(start), function(w) cells(value(start), w))
  report(case, function(t) cbind(models(t), mapply(function(w, m) w * (value(t) - m), weights(t), t[3 * k + 1:4])),
         c(start, first), c(1, -1, -1, 1), cluster)
}
four("sections ipw", function(t) y)
four("sections dr", missed)
four("sections dr school", missed, s$school)
expected <- function(t) l_of(t) - b_of(t)
report("sections regression", function(t) cbind(models(t), d * a * (y - t[3 * k + 1]), d * (1 - a) * (y - t[3 * k + 2]),
       d * (expected(t) - t[3 * k + 3])), c(start, cells(y, d * a), cells(y, d * (1 - a)), cells(expected(start), d)),
       c(1, -1, -1))
