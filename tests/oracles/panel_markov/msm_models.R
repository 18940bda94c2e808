# Expected values of panel Markov models from R's msm, written with R 4.2.2 and msm 1.7.
# usage, in this folder:  Rscript msm_models.R > expected.csv
# cav and psor come with the package msm; panel.csv is made by simulate.py.
suppressMessages(library(msm))
options(digits = 15)
tight <- list(fnscale = 4000, reltol = 1e-13, maxit = 2000)
cat("case,name,value,tolerance,origin\n")
put <- function(case, name, value, tolerance, origin = "msm_models.R")
  cat(sprintf("%s,%s,%.12g,%g,%s\n", case, name, value, tolerance, origin), sep = "")

rates <- function(case, fit, names, tolerance = 5e-4, at = NULL) {
  q <- if (is.null(at)) qmatrix.msm(fit) else qmatrix.msm(fit, covariates = at)
  for (i in seq_len(nrow(q$estimates))) for (j in seq_len(ncol(q$estimates)))
    if (i != j && q$estimates[i, j] > 0) {
      pair <- paste0(names[i], "->", names[j])
      put(case, paste("rate", pair), q$estimates[i, j], tolerance)
      put(case, paste("error", pair), q$SE[i, j], 1e-3)
    }
}
whole <- function(case, fit, tolerance = 1e-8) put(case, "deviance", fit$minus2loglik, tolerance)
ratios <- function(case, fit, names, tolerance = 1e-3) {
  for (covariate in names(hazard.msm(fit))) {
    h <- hazard.msm(fit)[[covariate]]
    for (row in rownames(h)) {
      if (h[row, "L"] == h[row, "U"]) next  # not in the model of this move
      ends <- as.integer(regmatches(row, gregexpr("[0-9]+", row))[[1]])
      pair <- paste0(names[ends[1]], "->", names[ends[2]], " ", covariate)
      put(case, paste("ratio", pair), h[row, "HR"], tolerance)
      put(case, paste("ratio lower", pair), h[row, "L"], 10 * tolerance)
    }
  }
}

# --- heart transplant patients (cav)
full <- rbind(c(0, .25, 0, .25), c(.166, 0, .166, .166), c(0, .25, 0, .25), c(0, 0, 0, 0))
s4 <- 1:4
death <- msm(state ~ years, subject = PTNUM, data = cav, qmatrix = full, deathexact = 4, control = tight)
whole("cav_death", death); rates("cav_death", death, s4)
stay <- sojourn.msm(death)
for (i in 1:3) { put("cav_death", paste("sojourn", i), stay$estimates[i], 1e-4)
                 put("cav_death", paste("sojourn error", i), stay$SE[i], 1e-3) }
p <- pmatrix.msm(death, t = 1); p5 <- pmatrix.msm(death, t = 5)
for (i in 1:3) for (j in 1:4) {
  put("cav_death", paste0("P(1) ", i, "->", j), p[i, j], 1e-4)
  put("cav_death", paste0("P(5) ", i, "->", j), p5[i, j], 1e-4) }
los <- totlos.msm(death, tot = 10)
for (j in 1:4) put("cav_death", paste("time to 10 in", j), los[j], 1e-4)
gone <- totlos.msm(death)
for (j in 1:3) put("cav_death", paste("time for ever in", j), gone[j], 1e-4)
how <- prevalence.msm(death, times = c(0, 5, 10))
for (k in 2:3) for (j in 1:4) {
  put("cav_death", paste("observed at", c(0, 5, 10)[k], "in", j), how$Observed[k, j], 1e-9)
  put("cav_death", paste("expected at", c(0, 5, 10)[k], "in", j), how$Expected[k, j], 1e-4) }

panel <- msm(state ~ years, subject = PTNUM, data = cav, qmatrix = full, control = tight)
whole("cav_panel", panel); rates("cav_panel", panel, s4)

sex <- msm(state ~ years, subject = PTNUM, data = cav, qmatrix = full, deathexact = 4,
           covariates = ~ sex, control = list(fnscale = 4000, maxit = 500))
# No woman died from state 2: that ratio runs to 0, and msm stops somewhere on the way. With its
# log held at -15 the others have a finite optimum.
whole("cav_sex", sex, 1e-6)
held <- msm(state ~ years, subject = PTNUM, data = cav, qmatrix = full, deathexact = 4,
            covariates = ~ sex, covinits = list(sex = c(0, 0, 0, 0, -15, 0, 0)), fixedpars = 12,
            control = tight)
whole("cav_sex_held", held); ratios("cav_sex_held", held, s4)

some <- msm(state ~ years, subject = PTNUM, data = cav, qmatrix = full, deathexact = 4,
            covariates = list("1-2" = ~ dage, "2-3" = ~ dage), control = tight)
whole("cav_some", some); ratios("cav_some", some, s4)

hole <- cav
hide <- seq_len(nrow(cav)) %% 9 == 0 & cav$state < 4 & cav$firstobs == 0
hole$state[hide] <- 99
unknown <- msm(state ~ years, subject = PTNUM, data = hole, qmatrix = full, deathexact = 4,
               censor = 99, censor.states = 1:3, control = tight)
put("cav_censored", "rows", sum(hide), 0.1)
whole("cav_censored", unknown); rates("cav_censored", unknown, s4)

forward <- rbind(c(0, .148, 0, .0171), c(0, 0, .202, .081), c(0, 0, 0, .126), c(0, 0, 0, 0))
wrong <- rbind(c(0, .1, 0, 0), c(.1, 0, .1, 0), c(0, .1, 0, 0), c(0, 0, 0, 0))
hidden <- msm(state ~ years, subject = PTNUM, data = cav, qmatrix = forward, ematrix = wrong,
              deathexact = 4, control = tight)
# Errors by the delta method from msm's own estimates and covariance: its printed intervals agree
# where a state has one confusion, but not where it has two.
emission <- function(case, fit, names) {
  e <- ematrix.msm(fit)$estimates
  logits <- which(names(fit$estimates) == "p")
  pairs <- which(t(e > 0 & row(e) != col(e)), arr.ind = TRUE)  # by row: true state, then seen
  for (k in seq_len(nrow(pairs))) {
    true <- pairs[k, 2]; seen <- pairs[k, 1]
    mine <- which(pairs[, 2] == true)
    slope <- -e[true, seen] * e[true, pairs[mine, 1]]
    slope[mine == k] <- slope[mine == k] + e[true, seen]
    cov <- fit$covmat[logits[mine], logits[mine]]
    pair <- paste0(names[true], "->", names[seen])
    put(case, paste("confusion", pair), e[true, seen], 1e-4)
    put(case, paste("confusion error", pair), sqrt(drop(t(slope) %*% cov %*% slope)), 5e-3)
  }
}
whole("cav_hidden", hidden); rates("cav_hidden", hidden, s4); emission("cav_hidden", hidden, s4)
path <- viterbi.msm(hidden)
# Chances of true states given all visits. msm 1.7 takes a death here as seen at a visit, not to the
# moment (the likelihood it maximises does not); the tests do the same for these four values. Its
# most likely paths are not used: likelier ones exist, and the tests enumerate all.
for (k in 1:4) put("cav_hidden", paste("visits in", k), sum(path$pstate[, k]), 1e-4)
known <- msm(state ~ years, subject = PTNUM, data = cav, qmatrix = forward, ematrix = wrong,
             deathexact = 4, obstrue = firstobs, control = tight)
whole("cav_hidden_first", known); rates("cav_hidden_first", known, s4)
cov <- msm(state ~ years, subject = PTNUM, data = cav, qmatrix = forward, ematrix = wrong,
           deathexact = 4, covariates = ~ dage, control = list(fnscale = 4000, maxit = 500))
whole("cav_hidden_dage", cov, 1e-6); ratios("cav_hidden_dage", cov, s4, 5e-3)

# --- psoriatic arthritis (psor): a progressive model with shared effects, as in the msm manual
onward <- rbind(c(0, .1, 0, 0), c(0, 0, .1, 0), c(0, 0, 0, .1), c(0, 0, 0, 0))
ps <- msm(state ~ months, subject = ptnum, data = psor, qmatrix = onward,
          covariates = ~ ollwsdrt + hieffusn,
          constraint = list(hieffusn = c(1, 1, 1), ollwsdrt = c(1, 1, 2)), control = tight)
whole("psor_shared", ps); ratios("psor_shared", ps, s4)
rates("psor_shared", ps, s4, 1e-4, list(ollwsdrt = 0, hieffusn = 0))
free <- msm(state ~ months, subject = ptnum, data = psor, qmatrix = onward,
            covariates = ~ ollwsdrt + hieffusn, control = tight)
whole("psor_free", free); ratios("psor_free", free, s4)

# --- the simulated panel of this folder
ours <- read.csv("panel.csv")
labels <- c("W", "L", "O", "D")
ours$s <- match(ours$state, labels); ours$o <- match(ours$observed, labels)
all <- rbind(c(0, .25, .1, .05), c(.9, 0, .3, .05), c(.2, .25, 0, .1), c(0, 0, 0, 0))
small <- list(fnscale = 1000, reltol = 1e-13, maxit = 2000)
a <- msm(s ~ time, subject = person, data = ours, qmatrix = all, control = small)
whole("small_panel", a); rates("small_panel", a, labels, 1e-4)
b <- msm(s ~ time, subject = person, data = ours, qmatrix = all, deathexact = 4, control = small)
whole("small_exact", b); rates("small_exact", b, labels, 1e-4)
q <- pmatrix.msm(b, t = 0.75)
for (i in 1:3) for (j in 1:4) put("small_exact", paste0("P(0.75) ", labels[i], "->", labels[j]), q[i, j], 1e-4)
c3 <- msm(s ~ time, subject = person, data = ours, qmatrix = all, deathexact = 4,
          covariates = list("1-2" = ~ group, "2-1" = ~ group + age), control = small)
whole("small_group", c3); ratios("small_group", c3, labels, 1e-3)
mistakes <- rbind(c(0, .05, 0, 0), c(0, 0, .1, 0), c(0, 0, 0, 0), c(0, 0, 0, 0))
# The first state is known: msm multiplies in its chance (1/3 each here), which is taken out again.
h <- msm(o ~ time, subject = person, data = ours, qmatrix = all, deathexact = 4,
         ematrix = mistakes, obstrue = as.integer(time == 0), initprobs = c(1, 1, 1, 0) / 3,
         control = small)
h$minus2loglik <- h$minus2loglik - 2 * 200 * log(3)
whole("small_hidden", h); rates("small_hidden", h, labels, 1e-3); emission("small_hidden", h, labels)
f <- msm(o ~ time, subject = person, data = ours, qmatrix = all, deathexact = 4,
         ematrix = mistakes, initprobs = c(.6, .25, .15, 0), control = small)
whole("small_hidden_start", f); rates("small_hidden_start", f, labels, 1e-3)
