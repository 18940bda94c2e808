# Trees of base R on small synthetic sequences; R 4.2.2, no packages.
# Rscript clustering.R > clustering.csv
say <- function(case, name, value) cat(sprintf("%s,%s,%.12g\n", case, name, value))
rows <- read.csv("sequences.csv", colClasses = "character")
cells <- do.call(rbind, strsplit(rows$path, ""))
n <- nrow(cells)
apart <- matrix(0, n, n)
for (i in 1:n) for (j in 1:n) apart[i, j] <- sum(cells[i, ] != cells[j, ]) + abs(i - j) / 1e6
copies <- rep(1:n, as.integer(rows$weight))
cases <- list(plain = apart, copies = apart[copies, copies])
for (case in names(cases)) for (method in c("ward.D2", "average")) {
  tree <- hclust(as.dist(cases[[case]]), method)
  label <- paste(case, method, sep = "_")
  for (i in 1:4) say(label, paste0("height_", i), rev(tree$height)[i])
  for (k in c(3, 5)) {
    size <- sort(table(cutree(tree, k)), decreasing = TRUE)
    for (i in 1:k) say(label, paste0("size_", k, "_", i), size[i])
  }
}
# A tree with many ties, which R breaks by order: Hamming distances of the same rows.
ties <- matrix(0, n, n)
for (i in 1:n) for (j in 1:n) ties[i, j] <- sum(cells[i, ] != cells[j, ])
tree <- hclust(as.dist(ties), "ward.D2")
size <- sort(table(cutree(tree, 4)), decreasing = TRUE)
for (i in 1:4) say("ties_ward.D2", paste0("size_4_", i), size[i])
for (i in 1:4) say("ties_ward.D2", paste0("height_", i), rev(tree$height)[i])
