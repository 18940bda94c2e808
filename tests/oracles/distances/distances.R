# Written for TraMineR 2.2-12 (R 4.2.2); mvad comes with that package.
# usage: Rscript distances.R > out.csv        prints data, case, name, value
library(TraMineR)

say <- function(data, case, names, values) {
  cat(sprintf("%s,%s,%s,%.10f\n", data, case, names, values), sep = "")
}
quiet <- function(...) suppressMessages(seqdist(...))
upper <- function(d) t(d)[lower.tri(d)]

letters_of <- function(x) do.call(rbind, strsplit(x, ""))
toy <- suppressMessages(seqdef(
  letters_of(c("SSUUEEEE", "SUUTTEEE", "SSSSIIUE", "EEEEEEEE")),
  alphabet = c("S", "U", "T", "E", "I")))
pairs <- c("1-2", "1-3", "1-4", "2-3", "2-4", "3-4")
toy_cases <- list(
  om_constant = list(method = "OM", sm = "CONSTANT", indel = 1),
  lcs = list(method = "LCS"),
  om_constant_indel_1.5 = list(method = "OM", sm = "CONSTANT", indel = 1.5),
  om_trate = list(method = "OM", sm = "TRATE", indel = 1),
  om_indelslog = list(method = "OM", sm = "INDELSLOG"),
  ham = list(method = "HAM"),
  dhd = list(method = "DHD"),
  omspell = list(method = "OMspell", sm = "CONSTANT", indel = 1, expcost = 0.5),
  omspell_power = list(method = "OMspell", sm = "CONSTANT", indel = 1, expcost = 0.3, tpow = 0.5),
  twed = list(method = "TWED", sm = "CONSTANT", nu = 0.5, h = 0.5),
  twed_soft = list(method = "TWED", sm = "TRATE", nu = 0.05, h = 0.25),
  chi2 = list(method = "CHI2"),
  chi2_interval_2 = list(method = "CHI2", step = 2),
  chi2_overlap = list(method = "CHI2", step = 4, overlap = TRUE))
for (case in names(toy_cases)) {
  say("toy", case, pairs, upper(do.call(quiet, c(list(toy), toy_cases[[case]]))))
}
future <- suppressMessages(seqcost(toy, "FUTURE"))
say("toy", "om_future", pairs,
    upper(quiet(toy, method = "OM", sm = future$sm, indel = future$indel)))

gaps <- suppressMessages(seqdef(rbind(
  c("A", "A", "B", NA, "C", "C"), c("A", "B", "B", "B", NA, NA), c(NA, "A", "A", "C", "C", "C"))))
say("missing_toy", "lengths", 1:3, as.vector(seqlength(gaps)))
say("missing_toy", "om_missing_state", c("1-2", "1-3", "2-3"),
    upper(quiet(gaps, method = "OM", sm = "CONSTANT", indel = 1, with.missing = TRUE)))

data(mvad)
months <- suppressMessages(seqdef(mvad, 17:86))  # columns 17-86, unweighted
costs <- suppressMessages(seqcost(months, "TRATE"))$sm
for (pair in list(c("employment", "FE"), c("employment", "joblessness"), c("HE", "training"))) {
  short <- c(employment = "EM", FE = "FE", joblessness = "JL", HE = "HE", training = "TR")
  say("mvad", "trate_costs", paste(short[pair], collapse = "-"),
      costs[paste0(pair[1], "->"), paste0(pair[2], "->")])
}
future <- suppressMessages(seqcost(months, "FUTURE"))
mvad_cases <- list(
  om_trate = list(method = "OM", sm = "TRATE", indel = 1),
  om_constant = list(method = "OM", sm = "CONSTANT", indel = 1),
  ham = list(method = "HAM"),
  om_indelslog = list(method = "OM", sm = "INDELSLOG"),
  om_future = list(method = "OM", sm = future$sm, indel = future$indel),
  omspell_trate = list(method = "OMspell", sm = "TRATE", indel = 1, expcost = 0.5),
  twed_trate = list(method = "TWED", sm = "TRATE", nu = 0.5, h = 0.5),
  chi2 = list(method = "CHI2"),
  chi2_interval_12 = list(method = "CHI2", step = 12),
  chi2_interval_6_overlap = list(method = "CHI2", step = 6, overlap = TRUE))
for (case in names(mvad_cases)) {
  d <- do.call(quiet, c(list(months), mvad_cases[[case]]))
  say("mvad", case, c(paste0("1-", 2:6), "mean"), c(d[1, 2:6], mean(d[upper.tri(d)])))
}
