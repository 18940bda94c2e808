# Rscript returns.R > out.csv   (from this folder; R 4.2.2, sandwich)
# Mroz: log wage on schooling; Heckman's two steps with his covariance, written out.
suppressMessages(library(sandwich))
out <- function(case, name, value) cat(sprintf("%s,%s,%.12g\n", case, name, value))
cat("case,name,value\n")
m <- read.csv("mroz.csv.gz")
m$expersq <- m$exper^2
m$w <- 1 + seq_len(nrow(m)) %% 3
m$county <- seq_len(nrow(m)) %% 50
fit <- lm(lwage ~ educ + exper + expersq, m, subset = inlf == 1)
for (term in c("educ", "exper", "expersq")) {
  out("ols", paste0("estimate:", term), coef(fit)[[term]])
  out("ols", paste0("error model:", term), sqrt(vcov(fit)[term, term]))
  out("ols", paste0("error robust:", term), sqrt(vcovHC(fit, "HC1")[term, term]))
  out("ols", paste0("error clustered:", term), sqrt(vcovCL(fit, m$county[m$inlf == 1], type = "HC1")[term, term]))
}
out("ols", "r_squared", summary(fit)$r.squared)
weighted <- lm(lwage ~ educ + exper + expersq, m, subset = inlf == 1, weights = w)
out("ols weighted", "estimate:educ", coef(weighted)[["educ"]])
out("ols weighted", "error robust:educ", sqrt(vcovHC(weighted, "HC1")["educ", "educ"]))

chosen <- inlf ~ nwifeinc + educ + exper + expersq + age + kidslt6 + kidsge6
probit <- glm(chosen, binomial("probit"), m, control = list(epsilon = 1e-14))
out("probit", "log_likelihood", as.numeric(logLik(probit)))
for (term in names(coef(probit))) out("probit", paste0("estimate:", term), coef(probit)[[term]])
z <- model.matrix(probit); g <- coef(probit); eta <- drop(z %*% g)
# Covariance by the observed second derivatives, as maximum likelihood packages report it.
q <- 2 * m$inlf - 1; l <- q * dnorm(q * eta) / pnorm(q * eta)
observed <- solve(crossprod(z * (l * (l + eta)), z))
out("probit", "error observed:educ", sqrt(observed["educ", "educ"]))
out("probit", "error expected:educ", sqrt(vcov(probit)["educ", "educ"]))
work <- m$inlf == 1
mills <- (dnorm(eta) / pnorm(eta))[work]
x <- cbind(model.matrix(fit), lambda = mills); y <- m$lwage[work]; zw <- z[work, ]
b <- solve(crossprod(x), crossprod(x, y)); e <- drop(y - x %*% b)
delta <- mills * (mills + eta[work])
sigma2 <- (sum(e^2) + b["lambda", ]^2 * sum(delta)) / length(y)
rho <- b["lambda", ] / sqrt(sigma2)
a <- solve(crossprod(x))
heckman <- function(v) {
  side <- crossprod(x, delta * zw)
  sigma2 * a %*% (crossprod(x * sqrt(1 - rho^2 * delta)) + rho^2 * side %*% v %*% t(side)) %*% a
}
for (term in rownames(b)) {
  name <- if (term == "(Intercept)") "intercept" else term
  out("heckman", paste0("estimate:", name), b[term, ])
  out("heckman", paste0("error observed:", name), sqrt(heckman(observed)[term, term]))
  out("heckman", paste0("error expected:", name), sqrt(heckman(vcov(probit))[term, term]))
}
out("heckman", "sigma", sqrt(sigma2)); out("heckman", "rho", rho)

# Robust errors of both steps together: stacked equations with numerical derivatives.
stacked <- function(equations, theta, cluster = seq_along(q)) {
  jacobian <- sapply(seq_along(theta), function(k) {
    h <- 1e-5 * max(1, abs(theta[k])); up <- down <- theta; up[k] <- up[k] + h; down[k] <- down[k] - h
    (colSums(equations(up)) - colSums(equations(down))) / (2 * h)
  })
  rows <- rowsum(equations(theta), cluster); bread <- solve(jacobian)
  bread %*% (crossprod(rows) * nrow(rows) / (nrow(rows) - 1)) %*% t(bread)
}
both <- function(w) {
  g <- suppressWarnings(glm.fit(z, m$inlf, w, family = quasibinomial("probit"), control = list(epsilon = 1e-14)))$coefficients
  x0 <- model.matrix(~ educ + exper + expersq, m); k <- ncol(z); y0 <- ifelse(m$inlf == 1, m$lwage, 0)
  scale <- apply(abs(z), 2, max); zs <- sweep(z, 2, scale, "/")
  full <- function(t) { n <- drop(zs %*% t[1:k]); cbind(x0, dnorm(n) / pnorm(n)) }
  equations <- function(t) {
    n <- drop(zs %*% t[1:k]); x <- full(t)
    p <- dnorm(n) * (m$inlf - pnorm(n)) / (pnorm(n) * pnorm(-n))
    cbind(w * p * zs, w * m$inlf * drop(y0 - x %*% t[-(1:k)]) * x)
  }
  g <- g * scale
  x <- full(g); b <- solve(crossprod(x * w * m$inlf, x), crossprod(x * w * m$inlf, y0))
  list(equations = equations, theta = c(g, b), at = k + 2)
}
plain <- both(rep(1, nrow(m)))
out("heckman", "error robust:educ", sqrt(stacked(plain$equations, plain$theta)[plain$at, plain$at]))
out("heckman", "error clustered:educ", sqrt(stacked(plain$equations, plain$theta, m$county)[plain$at, plain$at]))
weighted <- both(m$w)
out("heckman weighted", "estimate:educ", weighted$theta[weighted$at])
out("heckman weighted", "error robust:educ", sqrt(stacked(weighted$equations, weighted$theta)[weighted$at, weighted$at]))
