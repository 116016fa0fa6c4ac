# Reads one group a line of numbers or levels (columns study, what, group, value), prints study,line,value: what Tables 1 and 2 show.
suppressPackageStartupMessages(library(coin))
data <- read.csv(commandArgs(trailingOnly = TRUE)[1], colClasses = "character")
show <- function(study, line, value) cat(study, line, sprintf("%.17g", value), sep = ",", fill = TRUE)
yang_dalton <- function(p, q) {
  # without the first of the levels that anybody has
  keep <- (p + q > 0)[-1]; p <- p[-1][keep]; q <- q[-1][keep]
  spread <- (diag(p, length(p)) - p %o% p + diag(q, length(q)) - q %o% q) / 2
  sqrt(drop((p - q) %*% solve(spread) %*% (p - q)))
}
for (key in unique(paste(data$study, data$what))) {
  here <- data[paste(data$study, data$what) == key, ]; study <- here$study[1]; what <- here$what[1]
  line <- function(name, value) show(study, paste(what, name, sep = ":"), value)
  groups <- unique(here$group)
  if (what == "levels") {
    shares <- prop.table(table(here$group, here$value), 1)[groups, ]
    line("difference", yang_dalton(shares[1, ], shares[2, ])); next
  }
  values <- lapply(groups, function(g) as.numeric(here$value[here$group == g]))
  for (i in seq_along(groups)) {
    x <- values[[i]]; q <- quantile(x, c(.25, .5, .75), type = 7)
    of <- c(mean = mean(x), sd = sd(x), q1 = q[[1]], median = q[[2]], q3 = q[[3]], minimum = min(x), maximum = max(x))
    for (name in names(of)) line(paste(groups[i], name, sep = ":"), of[[name]])
  }
  x <- values[[1]]; y <- values[[2]]
  line("difference", abs(mean(x) - mean(y)) / sqrt((var(x) + var(y)) / 2))
  line("u1", suppressWarnings(wilcox.test(x, y))$statistic[[1]])
  line("shift", median(outer(x, y, "-")))
  score <- c(x, y); group <- factor(rep(1:2, c(length(x), length(y))))
  test <- wilcox_test(score ~ group)
  line("z", statistic(test)[[1]]); line("p_value", pvalue(test)[[1]])
  line("p_exact", pvalue(wilcox_test(score ~ group, distribution = "exact"))[[1]])
}
