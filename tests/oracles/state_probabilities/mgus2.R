# Writes mgus2.csv: months to the first of progression (pcm), death or the end of follow-up.
library(survival)
first <- with(mgus2, ifelse(pstat == 0, futime, ptime))
event <- with(mgus2, ifelse(pstat == 0, 2 * death, 1))
write.csv(data.frame(time = first, event = c("", "pcm", "death")[event + 1]), "mgus2.csv",
          row.names = FALSE, quote = FALSE)
