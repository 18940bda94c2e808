# Rscript matching.R > out.csv   (from this folder; R 4.2.2, MatchIt 4.5.1)
# MatchIt's pairs, and Abadie and Imbens's errors by plain loops over all pairs.
source("common.R")
suppressMessages(library(MatchIt))
cat("case,name,value\n")
y <- lalonde$re78; d <- lalonde$treat
formula <- update(traits, treat ~ .)

# MatchIt takes the first of persons at the same distance, the library all of them; so the pairs are
# compared without controls who repeat another's score. 4.5.1 does not find the nearest one when it
# is asked to match on a score with replacement (see README), so distances are given as a matrix.
score_of <- function(data) fitted(glm(formula, binomial, data, control = list(epsilon = 1e-14)))
within_sd <- function(v, arm) { inner <- v - ave(v, arm); sqrt(sum(inner^2) / (length(v) - 2)) }
twice <- duplicated(round(score_of(lalonde), 12)) & lalonde$treat == 0
some <- lalonde[!twice, ]
matchit_case <- function(case, distance, ...) {
  t <- some$treat == 1
  dimnames(distance) <- list(rownames(some), rownames(some))
  m <- suppressWarnings(matchit(formula, some, method = "nearest", replace = TRUE,
                                distance = distance[t, !t], std.caliper = FALSE, ...))
  k <- m$weights
  out(case, "matchit estimate", weighted.mean(some$re78[t], k[t]) - weighted.mean(some$re78[!t], k[!t]))
  out(case, "matchit treated", sum(k[t] > 0))
  out(case, "matchit controls", sum(k[!t] > 0))
  s <- summary(m, un = TRUE)
  for (name in c("age", "married", "re74")) {
    out(case, paste0("difference before ", name), s$sum.all[name, "Std. Mean Diff."])
    out(case, paste0("difference after ", name), s$sum.matched[name, "Std. Mean Diff."])
  }
  out(case, "variance ratio before age", s$sum.all["age", "Var. Ratio"])
  out(case, "variance ratio after age", s$sum.matched["age", "Var. Ratio"])
}
full_mahalanobis <- function(data) {
  x <- model.matrix(traits, data)[, -1]
  centred <- apply(x, 2, function(c) c - ave(c, data$treat))
  root <- chol(solve(crossprod(centred) / (nrow(x) - 2)))
  made <- as.matrix(dist(x %*% t(root)))
  t <- data$treat == 1
  given <- mahalanobis_dist(formula, data)
  if (nrow(given) == nrow(data)) given <- given[t, !t]
  stopifnot(max(abs(given - made[t, !t])) < 1e-9)        # MatchIt's own distances
  made
}
score <- score_of(some)
apart <- function(v) abs(outer(v, v, "-")) / within_sd(v, some$treat)
matchit_case("propensity 1", apart(score))
matchit_case("propensity 3", apart(score), ratio = 3)
matchit_case("caliper", apart(score), caliper = 0.1)
matchit_case("exact", apart(score), exact = ~ race)
matchit_case("logit", apart(qlogis(score)))
some$age <- some$age + some$row / 1000     # nobody is as near as another
matchit_case("mahalanobis", full_mahalanobis(some))

# By hand: all distances; everybody as near as the last of m is a match.
same <- 1e-9
sets <- function(from, to, distance, m) lapply(from, function(i) {
  edge <- sort(distance[i, to])[min(m, length(to))]
  to[distance[i, to] <= edge + same]
})
by_hand <- function(case, distance, m, ate) {
  n <- length(y); own <- numeric(n); stands <- numeric(n); squared <- numeric(n); gap <- numeric(n)
  for (arm in if (ate) c(1, 0) else 1) {
    from <- which(d == arm); to <- which(d != arm)
    near <- sets(from, to, distance, m)
    own[from] <- 1
    for (j in seq_along(from)) {
      part <- 1 / length(near[[j]])
      gap[from[j]] <- (2 * arm - 1) * (y[from[j]] - mean(y[near[[j]]]))
      stands[near[[j]]] <- stands[near[[j]]] + part
      squared[near[[j]]] <- squared[near[[j]]] + part^2
    }
  }
  tau <- sum(own * gap) / sum(own)
  spread <- numeric(n)
  for (arm in 0:1) {
    inner <- which(d == arm)
    near <- sets(inner, inner, distance, 3)
    spread[inner] <- sapply(near, function(s) var(y[s]))
  }
  v <- sum(own * (gap - tau)^2) + sum((stands^2 + 2 * own * stands - squared) * spread)
  name <- if (ate) "ate" else "att"
  out(case, paste0(name, ".estimate"), tau)
  out(case, paste0(name, ".error known score"), sqrt(v) / sum(own))
}
score <- score_of(lalonde)
by_score <- abs(outer(score, score, "-")) / within_sd(score, d)
by_traits <- full_mahalanobis(lalonde)
for (m in c(1, 3)) for (ate in c(FALSE, TRUE)) {
  by_hand(paste("hand propensity", m), by_score, m, ate)
  by_hand(paste("hand mahalanobis", m), by_traits, m, ate)
}
