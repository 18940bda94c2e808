# Rscript weighting.R > out.csv   (from this folder; R 4.2.2, package survey 4.1-1)
# IPW and AIPW on lalonde; errors by stacked estimating equations with numerical derivatives.
source("common.R")
cat("case,name,value\n")

run <- function(case, y, w, cluster = NULL, logit = FALSE) {
  d <- lalonde$treat; x <- scaled(lalonde); k <- ncol(x)
  link <- if (logit) plogis else identity
  family <- if (logit) quasibinomial else gaussian
  suppressWarnings({
    gamma <- coef(glm(d ~ x - 1, quasibinomial, weights = w, control = list(epsilon = 1e-14)))
    beta1 <- coef(glm(y ~ x - 1, family, weights = w * d, control = list(epsilon = 1e-14)))
    beta0 <- coef(glm(y ~ x - 1, family, weights = w * (1 - d), control = list(epsilon = 1e-14)))
  })
  e_of <- function(g) plogis(drop(x %*% g))
  solve_last <- function(parts) sum(parts$top) / sum(parts$below)
  estimate <- function(name, moments, theta) {
    value <- moments(theta)
    v <- stacked(function(t) {
      m <- moments(t[seq_along(theta)]); last <- t[-seq_along(theta)]
      cbind(m$models, m$values(last))
    }, c(theta, value$start), cluster)
    a <- length(theta)
    contrast <- c(rep(0, a), value$contrast)
    out(case, paste0(name, ".estimate"), sum(value$contrast * value$start))
    out(case, paste0(name, ".error"), sqrt(drop(t(contrast) %*% v %*% contrast)))
  }
  score_e <- function(g) w * (d - e_of(g)) * x
  ipw <- function(att) function(g) {
    e <- e_of(g)
    a <- if (att) w * d else w * d / e
    b <- if (att) w * (1 - d) * e / (1 - e) else w * (1 - d) / (1 - e)
    list(models = score_e(g), start = c(sum(a * y) / sum(a), sum(b * y) / sum(b)), contrast = c(1, -1),
         values = function(m) cbind(a * (y - m[1]), b * (y - m[2])))
  }
  estimate("ipw att", ipw(TRUE), gamma)
  estimate("ipw ate", ipw(FALSE), gamma)
  aipw <- function(att) function(t) {
    g <- t[1:k]; m0 <- link(drop(x %*% t[k + 1:k])); m1 <- link(drop(x %*% t[2 * k + 1:k])); e <- e_of(g)
    models <- cbind(score_e(g), w * (1 - d) * (y - m0) * x, w * d * (y - m1) * x)
    top <- if (att) w * (d * (y - m0) - (1 - d) * e / (1 - e) * (y - m0))
           else w * (m1 - m0 + d * (y - m1) / e - (1 - d) * (y - m0) / (1 - e))
    below <- if (att) w * d else w
    list(models = models, start = sum(top) / sum(below), contrast = 1,
         values = function(m) cbind(top - below * m[1]))
  }
  estimate("aipw att", aipw(TRUE), c(gamma, beta0, beta1))
  estimate("aipw ate", aipw(FALSE), c(gamma, beta0, beta1))
}
ones <- rep(1, nrow(lalonde))
out("naive", "difference", diff(tapply(lalonde$re78, lalonde$treat, mean)))
run("plain", lalonde$re78, ones)
run("weighted", lalonde$re78, lalonde$w)
run("clustered", lalonde$re78, ones, lalonde$school)
run("weighted clustered", lalonde$re78, lalonde$w, lalonde$school)
run("binary", lalonde$worked, ones, logit = TRUE)

# A published tool on the same numbers, the chance to be treated taken as known: survey::svyglm.
suppressMessages(library(survey))
e <- fitted(glm(update(traits, treat ~ .), binomial, lalonde))
lalonde$iw <- ifelse(lalonde$treat == 1, 1, e / (1 - e))
fit <- svyglm(re78 ~ treat, svydesign(ids = ~1, weights = ~iw, data = lalonde))
out("svyglm", "ipw att.estimate", coef(fit)[["treat"]])
out("svyglm", "ipw att.error known score", SE(fit)[["treat"]])
