# Input files of this folder, from R's package survival:  Rscript data.R
suppressMessages(library(survival))
write.csv(lung[, c("inst", "time", "status", "age", "sex", "ph.ecog")], "lung.csv",
          row.names = FALSE, na = "", quote = FALSE)
out <- gzfile("mgus2.csv.gz", "w")
write.csv(data.frame(id = mgus2$id, age = mgus2$age, male = as.integer(mgus2$sex == "M"),
                     ptime = mgus2$ptime, pstat = mgus2$pstat, futime = mgus2$futime,
                     death = mgus2$death), out, row.names = FALSE, quote = FALSE)
close(out)
