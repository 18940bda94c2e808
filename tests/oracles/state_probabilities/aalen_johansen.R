# usage: Rscript aalen_johansen.R > out.csv     (R 4.2.2, survival 3.5-3, etm 1.1.1)
# Prints case,name,value. Reads examplia_spells.csv and mgus2.csv in this folder.
suppressMessages({library(survival); library(etm)})
say <- function(case, name, value) cat(sprintf("%s,%s,%.15g\n", case, name, value), sep = "")
survfit_of <- function(d, weighted = FALSE) {
  d$what <- factor(ifelse(is.na(d$to) | d$to == "", "censored", d$to),
                   c("censored", sort(setdiff(unique(c(d$from, d$to)), c("censored", "", NA)))))
  d$from <- factor(d$from, levels(d$what)[-1])
  if (!weighted) d$w <- 1
  survfit(Surv(t0, t1, what) ~ 1, data = d, id = id, istate = from, weights = w, influence = TRUE)
}
at <- function(fit, times) pmax(findInterval(times, fit$time), 0) + 1
# std.err comes from influence.pstate[person, time, state], which holds derivatives by the weight.
report <- function(case, fit, times, weight, cluster, until, start = 0) {
  p <- rbind(fit$p0, fit$pstate)
  u <- fit$influence.pstate * as.vector(weight)
  grouped <- apply(u, 2:3, function(x) rowsum(x, cluster)[, 1])
  for (t in times) for (s in seq_along(fit$states)) {
    where <- at(fit, t)
    say(case, paste0("probability ", fit$states[s], " ", t), p[where, s])
    say(case, paste0("standard_error ", fit$states[s], " ", t), sqrt(sum(u[, where, s]^2)))
    say(case, paste0("clustered_error ", fit$states[s], " ", t), sqrt(sum(grouped[, where, s]^2)))
  }
  lengths <- diff(c(start, fit$time[fit$time < until], until))
  kept <- seq_along(lengths)
  for (s in seq_along(fit$states)) {
    say(case, paste0("expected_time ", fit$states[s]), sum(lengths * p[kept, s]))
    say(case, paste0("expected_time_error ", fit$states[s]),
        sqrt(sum((u[, kept, s] %*% lengths)^2)))
  }
}

toy <- data.frame(id = c(1, 1, 2, 2, 2, 3, 4, 4, 5, 6, 6, 6),
  t0 = c(0, 2, 0, 3, 6, 0, 0, 4, 0, 0, 1, 4), t1 = c(2, 7, 3, 6, 9, 5, 4, 8, 3, 1, 4, 10),
  from = strsplit("UEUEUUUIUUIU", "")[[1]],
  to = c("E", "", "E", "U", "", "", "I", "E", "E", "I", "U", "E"))
fit <- survfit_of(toy)
report("toy", fit, c(1, 2, 3, 4, 6, 8, 10), rep(1, 6), c(1, 1, 2, 2, 3, 3), 10)

d <- read.csv("examplia_spells.csv")
d <- data.frame(id = d$person, t0 = d$start, t1 = d$end, from = d$state,
                to = ifelse(d$to_state == "censored", "", d$to_state), w = d$weight,
                cluster = d$cluster)
once <- d[!duplicated(d$id), ]
times <- c(1, 12, 30, 60, 72)
report("examplia", survfit_of(d, TRUE), times, once$w, once$cluster, 72)
report("examplia_unweighted", survfit_of(d), times, rep(1, nrow(once)), once$cluster, 72)

# Landmark: only persons seen in unemployment at 12, their spells cut off before.
there <- unique(d$id[d$t0 <= 12 & d$t1 > 12 & d$from == "unemployment"])
late <- d[d$id %in% there & d$t1 > 12, ]
late$t0 <- pmax(late$t0, 12)
first <- late[!duplicated(late$id), ]
report("landmark", survfit_of(late, TRUE), c(13, 24, 48), first$w, first$cluster, 72, 12)

# Second implementation of the estimate: etm from month 12 to 60, everyone in the data, unweighted.
e <- data.frame(id = d$id, from = d$from, to = ifelse(d$to == "", "cens", d$to), entry = d$t0,
                exit = d$t1)
names_ <- sort(unique(e$from))
possible <- matrix(FALSE, 6, 6, dimnames = list(names_, names_))
for (i in which(e$to != "cens")) possible[e$from[i], e$to[i]] <- TRUE
matrix_ <- etm(e, names_, possible, "cens", s = 12, t = 60, covariance = FALSE)
last <- matrix_$est[, , dim(matrix_$est)[3]]
for (i in names_) for (j in names_) say("etm", paste("P_12_60", i, j), last[i, j])

m <- read.csv("mgus2.csv")
m$event <- factor(m$event, c("", "pcm", "death"))
fit <- survfit(Surv(time, event) ~ 1, data = m)
found <- summary(fit, times = c(60, 120, 240, 360))
for (k in 1:4) for (s in 2:3) {
  say("mgus2", paste("probability", fit$states[s], found$time[k]), found$pstate[k, s])
  say("mgus2", paste("standard_error", fit$states[s], found$time[k]), found$std.err[k, s])
}
