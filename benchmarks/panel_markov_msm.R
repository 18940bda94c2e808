# CPU seconds and -2 log L of msm on a csv (person, time, s): Rscript time_msm.R FILE ROUNDS DEATH
# DEATH is the number of the state entered to the moment, or 0. FILE cav: the data set of msm.
suppressMessages(library(msm))
words <- commandArgs(trailingOnly = TRUE)
death <- as.integer(words[3])
if (words[1] == "cav") {
  d <- data.frame(person = cav$PTNUM, time = cav$years, s = cav$state)
  q <- rbind(c(0, .25, 0, .25), c(.166, 0, .166, .166), c(0, .25, 0, .25), c(0, 0, 0, 0))
} else {
  d <- read.csv(words[1])
  q <- rbind(c(0, .1, .1, .1), c(.1, 0, .1, .1), c(.1, .1, 0, .1), c(0, 0, 0, 0))
}
for (k in seq_len(as.integer(words[2]))) {
  spent <- system.time(
    fit <- msm(s ~ time, subject = person, data = d, qmatrix = q,
               deathexact = if (death > 0) death else NULL,
               control = list(fnscale = 4000, reltol = 1e-9)))
  cat(sprintf("%.6f,%.10f\n", sum(spent[1:2]), fit$minus2loglik))
}
