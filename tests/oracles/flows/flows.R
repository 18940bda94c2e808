# usage: Rscript flows.R > out.csv      (R 4.2.2; base R, and expm 0.999-7 for a second logarithm)
# Prints case,name,value.
say <- function(case, name, value) cat(sprintf("%s,%s,%.15g\n", case, name, value), sep = "")
all_of <- function(case, m, rows = 1:nrow(m)) for (i in rows) for (j in 1:ncol(m))
  say(case, paste(i, j), m[i, j])

p <- rbind(c(.96, .015, .025), c(.27, .50, .23), c(.045, .025, .93))     # employed, unemployed, outside
e <- eigen(p)
q <- Re(e$vectors %*% diag(log(e$values)) %*% solve(e$vectors))
all_of("logarithm", q)
all_of("logarithm_expm", expm::logm(p))
quarter <- p %*% p %*% p
eq <- eigen(quarter)
all_of("quarterly_to_monthly", Re(eq$vectors %*% diag(log(eq$values)) %*% solve(eq$vectors)) / 3)
v <- Re(eigen(t(p))$vectors[, 1]); say("stationary", 1:3, v / sum(v))
say("second_eigenvalue", "1", sort(abs(e$values), decreasing = TRUE)[2])

# No valid rates: the real logarithm and what Israel, Rosenthal and Wei make of it.
bad <- rbind(c(.9, .08, .02), c(.1, .8, .1), c(.001, .1, .899))
lb <- expm::logm(bad); all_of("adjusted_logarithm", lb)
diagonal <- pmax(lb, 0); diag(diagonal) <- 0; diag(diagonal) <- -rowSums(diagonal)
weighted <- lb
for (i in 1:3) {
  good <- abs(lb[i, i]) + sum(pmax(lb[i, -i], 0)); off <- sum(pmax(-lb[i, -i], 0))
  for (j in 1:3) weighted[i, j] <- if (i != j && lb[i, j] < 0) 0 else lb[i, j] - off * abs(lb[i, j]) / good
}
all_of("nearest_diagonal", diagonal); all_of("nearest_weighted", weighted)

# Lake model, months.
b <- .0124; d <- .00822; lam <- .283; a <- .013
A <- rbind(c((1 - d) * (1 - lam) + b, (1 - d) * a + b), c((1 - d) * lam, (1 - d) * (1 - a)))
say("lake_eigenvalue", 1:2, sort(Re(eigen(A / (1 + b - d))$values), decreasing = TRUE))
n <- c(12, 138); for (t in 1:50) n <- as.vector(A %*% n)
say("lake_after_50", 1:2, n)
s <- Re(eigen(A)$vectors[, 1]); say("lake_steady", 1:2, s / sum(s))

# Flows of 1,000 persons: answers corrected, margins met.
N <- rbind(c(560, 17, 45), c(18, 9, 12), c(48, 14, 277))
R <- rbind(c(.985, .005, .01), c(.03, .90, .07), c(.01, .015, .975))
all_of("corrected", solve(t(R)) %*% N %*% solve(R))
s0 <- c(600, 50, 350) / 1000; s1 <- c(610, 45, 345) / 1000
p0 <- N / rowSums(N); off <- cbind(c(1, 1, 2, 2, 3, 3), c(2, 3, 1, 3, 1, 2))
x <- p0[off]; X <- matrix(0, 3, 6); W <- matrix(0, 6, 6)
for (k in 1:6) { X[off[k, 2], k] <- s0[off[k, 1]]; X[off[k, 1], k] <- X[off[k, 1], k] - s0[off[k, 1]] }
for (k in 1:6) for (l in 1:6) if (off[k, 1] == off[l, 1])
  W[k, l] <- ((k == l) * x[k] - x[k] * x[l]) / rowSums(N)[off[k, 1]]
X <- X[1:2, ]
x <- x + as.vector(W %*% t(X) %*% solve(X %*% W %*% t(X)) %*% ((s1 - s0)[1:2] - X %*% x))
m <- matrix(0, 3, 3); m[off] <- x; diag(m) <- 1 - rowSums(m)
all_of("margins_wls", m)
f <- N; for (k in 1:5000) { f <- f * s0 / rowSums(f); f <- t(t(f) * s1 / colSums(f)) }
all_of("margins_ipf", f / rowSums(f))

# Two states: the rate of losing by R's own root finder.
u <- 10; u1 <- 10.5; us1 <- 4.2; l <- 150
F <- 1 - (u1 - us1) / u; ff <- -log(1 - F)
g <- function(s) (1 - exp(-ff - s)) * s * l / (ff + s) + exp(-ff - s) * u - u1
say("two_state", c("finding_rate", "losing_rate"), c(ff, uniroot(g, c(1e-9, 5), tol = 1e-14)$root))
