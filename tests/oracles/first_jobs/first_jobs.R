# usage: Rscript first_jobs.R > expected.csv     (R 4.2.2, survival 3.5-3)
# Of those whose first move came within some months, the part that moved to progression (pcm), and
# the chance of such a first move, with errors from survfit's influence of each person.
library(survival)
cat("case,name,value,tolerance,origin\n")
say <- function(case, name, value) cat(sprintf("%s,%s,%.15g,1e-9,first_jobs.R\n", case, name, value), sep = "")

d <- read.csv("../state_probabilities/mgus2.csv")
row <- seq_len(nrow(d))
d$person <- row
d$weight <- 0.5 + (row %% 7) / 4
d$cluster <- row %% 100
d$kind <- factor(ifelse(d$event == "", "none", d$event), c("none", "pcm", "death"))

report <- function(case, weight, cluster, open = FALSE, times = c(24, 60, 240)) {
  d$w <- weight
  d$what <- as.character(d$kind)
  if (open) d$what[d$what != "none" & row %% 5 == 0] <- "open"
  d$what <- factor(d$what, c("none", "pcm", "death", if (open) "open"))
  fit <- survfit(Surv(time, what) ~ 1, d, weights = w, id = person, influence = TRUE)
  for (t in times) {
    k <- findInterval(t, fit$time)
    f <- fit$pstate[k, -1]
    u <- fit$influence.pstate[, k + 1, -1] * d$w  # its first place is time 0
    known <- f[1] + f[2]
    share <- unname(f[1] / known)
    of_share <- (u[, 1] * (1 - share) - u[, 2] * share) / known
    of_chance <- of_share * sum(f) + share * rowSums(u)
    error <- function(x) sqrt(sum(rowsum(x, cluster)^2))
    say(case, sprintf("share@%g", t), share)
    say(case, sprintf("share_error@%g", t), error(of_share))
    say(case, sprintf("chance@%g", t), share * sum(f))
    say(case, sprintf("chance_error@%g", t), error(of_chance))
    say(case, sprintf("lowest@%g", t), f[1] / sum(f))
    say(case, sprintf("highest@%g", t), (sum(f) - f[2]) / sum(f))
  }
}
report("plain", rep(1, nrow(d)), row)
report("weights", d$weight, row)
report("clusters", d$weight, d$cluster)
report("open", d$weight, row, open = TRUE)
