# Measures, rates and types with TraMineR; written for TraMineR 2.2-12 and R 4.2.2.
# Rscript traminer.R > traminer.csv
suppressMessages(library(TraMineR))
say <- function(case, name, value) cat(sprintf("%s,%s,%.9g\n", case, name, value))
quiet <- function(x) suppressMessages(suppressWarnings(x))

toy <- quiet(seqdef(do.call(rbind, strsplit(c("SSUUEEEE", "SUUTTEEE", "SSSSIIUE", "EEEEEEEE"), "")),
                    alphabet = c("S", "U", "T", "E", "I")))
entropy <- quiet(seqient(toy)); turbulence <- quiet(seqST(toy)); second <- quiet(seqST(toy, type = 2))
complexity <- quiet(seqici(toy)); phi <- quiet(seqsubsn(toy)); volatility <- quiet(seqivolatility(toy))
for (i in 1:4) {
  say("toy", paste0("entropy_", i), entropy[i]); say("toy", paste0("turbulence_", i), turbulence[i])
  say("toy", paste0("turbulence_2_", i), second[i]); say("toy", paste0("complexity_", i), complexity[i])
  say("toy", paste0("subsequences_", i), phi[i]); say("toy", paste0("volatility_", i), volatility[i])
}
gaps <- rbind(c("A", "A", "B", NA, "C", "C"), c("A", "B", "B", "B", NA, NA), c(NA, "A", "A", "C", "C", "C"))
lengths <- quiet(seqlength(seqdef(gaps)))
for (i in 1:3) say("missing", paste0("length_", i), lengths[i])

data(mvad)
states <- c("EM", "FE", "HE", "JL", "SC", "TR")
plain <- quiet(seqdef(mvad[, 17:86], states = states))
weighted <- quiet(seqdef(mvad[, 17:86], states = states, weights = mvad$weight))
rates <- quiet(seqtrate(plain)); rates_weighted <- quiet(seqtrate(weighted))
for (i in 1:6) for (j in 1:6) {
  say("mvad", paste0("rate_", states[i], "_", states[j]), rates[i, j])
  say("mvad_weighted", paste0("rate_", states[i], "_", states[j]), rates_weighted[i, j])
}
entropy <- quiet(seqstatd(weighted))$Entropy
say("mvad_weighted", "sum_of_weights", sum(mvad$weight))
for (t in c(1, 25, 70)) say("mvad_weighted", paste0("entropy_", t), entropy[t])
months <- quiet(seqmeant(weighted))
for (i in 1:6) say("mvad_weighted", paste0("months_", states[i]), months[i])

distances <- quiet(seqdist(plain, method = "OM", indel = 1, sm = seqsubm(plain, method = "TRATE")))
sizes <- sort(table(cutree(hclust(as.dist(distances), "ward.D2"), 4)), decreasing = TRUE)
for (i in 1:4) say("mvad", paste0("ward_", i), sizes[i])
test <- quiet(dissassoc(distances, group = mvad$gcse5eq, R = 1000))$stat
for (i in c(1, 2, 3, 5)) say("mvad", gsub(" ", "_", rownames(test)[i]), test[i, 1])
