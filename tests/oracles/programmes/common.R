# Shared by the scripts: data, and errors from stacked estimating equations by numbers alone.
lalonde <- read.csv("lalonde.csv.gz")
lalonde$row <- seq_len(nrow(lalonde))
lalonde$w <- 1 + lalonde$row %% 3          # made up for the tests, the same in Python
lalonde$school <- lalonde$row %% 40
lalonde$worked <- as.numeric(lalonde$re78 > 5000)
traits <- ~ age + educ + race + married + nodegree + re74 + re75
out <- function(case, name, value) cat(sprintf("%s,%s,%.12g\n", case, name, value))

# equations(theta) returns one row a person, one column an equation; all sums are zero at theta.
stacked <- function(equations, theta, cluster = NULL) {
  n <- nrow(equations(theta))
  jacobian <- sapply(seq_along(theta), function(k) {
    h <- 1e-5 * max(1, abs(theta[k])); up <- down <- theta
    up[k] <- up[k] + h; down[k] <- down[k] - h
    (colSums(equations(up)) - colSums(equations(down))) / (2 * h)
  })
  rows <- equations(theta)
  if (!is.null(cluster)) rows <- rowsum(rows, cluster)
  bread <- solve(jacobian)
  g <- nrow(rows)
  bread %*% (crossprod(rows) * g / (g - 1)) %*% t(bread)
}
last_se <- function(v) sqrt(v[nrow(v), nrow(v)])
scaled <- function(data) {   # columns of size 1, so that numerical derivatives are good
  x <- model.matrix(traits, data)
  sweep(x, 2, apply(x, 2, function(c) max(abs(c))), "/")
}
