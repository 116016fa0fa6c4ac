# Reads tables (a row each: cells, rows and columns), prints table,calculation,p-value at full precision.
suppressPackageStartupMessages(library(coin))
tables <- read.csv(commandArgs(trailingOnly = TRUE)[1], colClasses = "character")
for (i in seq_len(nrow(tables))) {
  m <- matrix(as.numeric(strsplit(tables$cells[i], " ")[[1]]), as.numeric(tables$rows[i]), byrow = TRUE)
  show <- function(name, p) cat(i, name, sprintf("%.17g", suppressWarnings(p)), sep = ",", fill = TRUE)
  show("pearson", chisq.test(m, correct = FALSE)$p.value)
  show("fisher", fisher.test(m, workspace = 2e7)$p.value)
  d <- as.table(m); dimnames(d) <- list(a = seq_len(nrow(m)), b = seq_len(ncol(m)))
  show("linear", pvalue(lbl_test(d, scores = list(a = seq_len(nrow(m)), b = seq_len(ncol(m))))))
  if (nrow(m) == ncol(m) && nrow(m) > 2) show("bowker", mcnemar.test(m)$p.value)
  if (all(dim(m) == 2)) {
    show("yates", chisq.test(m)$p.value)
    show("mcnemar_edwards_r", mcnemar.test(m)$p.value)
    show("mcnemar", mcnemar.test(m, correct = FALSE)$p.value)
  }
}
