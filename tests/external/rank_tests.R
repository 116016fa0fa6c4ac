# Reads datasets (columns dataset, role, value; roles pre, post, x, y), prints dataset,line,value at full precision.
# What R cannot compute (nothing changed, all values equal) is NA.
suppressPackageStartupMessages({ library(coin); library(exactRankTests) })
data <- read.csv(commandArgs(trailingOnly = TRUE)[1])
quietly <- function(expr) suppressWarnings(tryCatch(as.numeric(expr), error = function(e) NA_real_))
show <- function(dataset, line, value) cat(dataset, line, sprintf("%.17g", value), sep = ",", fill = TRUE)
cat("0,version", sprintf("%.17g", as.numeric(R.version$major) + as.numeric(R.version$minor) / 10), sep = ",", fill = TRUE)
for (i in unique(data$dataset)) {
  get <- function(role) data$value[data$dataset == i & data$role == role]
  pre <- get("pre"); post <- get("post"); x <- get("x"); y <- get("y")
  p <- function(line, expr) show(i, line, quietly(expr))
  p("signed_rank:default", wilcox.test(post, pre, paired = TRUE)$p.value)
  p("signed_rank:r_signed_rank_uncorrected",
    wilcox.test(post, pre, paired = TRUE, exact = FALSE, correct = FALSE)$p.value)
  # what R 4.6 does, with other means: coin's exact distribution of Pratt's ranks, symmetric; zeros dropped; 4.7 by hand
  p("signed_rank:r_4_6_signed_rank_exact", pvalue(wilcoxsign_test(post ~ pre, distribution = "exact")))
  p("signed_rank:r_4_6_signed_rank_asymptotic", wilcox.test(post, pre, paired = TRUE, exact = FALSE)$p.value)
  change <- post - pre; ranks <- rank(abs(change))[change != 0]; v <- sum(ranks[change[change != 0] > 0])
  p("signed_rank:r_4_7_signed_rank_asymptotic",
    2 * pnorm(-max(abs(v - sum(ranks) / 2) - 0.5, 0) / sqrt(sum(ranks^2) / 4)))
  p("signed_rank:coin_signed_rank_asymptotic", pvalue(wilcoxsign_test(post ~ pre)))
  p("signed_rank:coin_signed_rank_exact", pvalue(wilcoxsign_test(post ~ pre, distribution = "exact")))
  p("signed_rank:coin_signed_rank_drop", pvalue(wilcoxsign_test(post ~ pre, zero.method = "Wilcoxon")))
  p("signed_rank:exactranktests", wilcox.exact(post, pre, paired = TRUE)$p.value)
  p("signed_rank:paired_t", t.test(post, pre, paired = TRUE)$p.value)
  up <- sum(post > pre); down <- sum(post < pre)
  p("signed_rank:stata_sign", binom.test(up, up + down)$p.value)
  if (length(unique(c(pre, post))) == 2) {
    table2 <- table(factor(pre, unique(c(pre, post))), factor(post, unique(c(pre, post))))
    p("signed_rank:r_mcnemar_edwards", mcnemar.test(table2)$p.value)
    p("signed_rank:stata_mcnemar", mcnemar.test(table2, correct = FALSE)$p.value)
  }
  score <- c(x, y); group <- factor(rep(c("x", "y"), c(length(x), length(y))))
  p("rank_sum:default", wilcox.test(x, y)$p.value)
  p("rank_sum:r_rank_sum_uncorrected", wilcox.test(x, y, exact = FALSE, correct = FALSE)$p.value)
  p("rank_sum:r_4_6_rank_sum_exact", min(1, 2 * sapply(c("less", "greater"), function(side)
    pvalue(wilcox_test(score ~ group, distribution = "exact", alternative = side)))))
  p("rank_sum:coin_rank_sum_asymptotic", pvalue(wilcox_test(score ~ group)))
  p("rank_sum:coin_rank_sum_exact", pvalue(wilcox_test(score ~ group, distribution = "exact")))
  p("rank_sum:exactranktests", wilcox.exact(x, y)$p.value)
  p("rank_sum:spss_kruskal_wallis", kruskal.test(score, group)$p.value)
  p("rank_sum:student_t", t.test(x, y, var.equal = TRUE)$p.value)
  p("rank_sum:welch_t", t.test(x, y)$p.value)
  # two groups of changes, subtracted by R
  change <- post - pre; half <- seq_along(change) <= length(change) %/% 2; late <- factor(!half)
  p("change:default", wilcox.test(change[half], change[!half])$p.value)
  p("change:r_rank_sum_uncorrected",
    wilcox.test(change[half], change[!half], exact = FALSE, correct = FALSE)$p.value)
  p("change:coin_rank_sum_asymptotic", pvalue(wilcox_test(change ~ late)))
  p("change:coin_rank_sum_exact", pvalue(wilcox_test(change ~ late, distribution = "exact")))
  p("change:exactranktests", wilcox.exact(change[half], change[!half])$p.value)
  if (ncol(table(late, change)) == 2) {
    p("change:r_chi_square_yates", chisq.test(table(late, change))$p.value)
    p("change:r_fisher", fisher.test(table(late, change))$p.value)
  }
  counts <- table(group, score)
  if (ncol(counts) > 1) p("rank_sum:spss_chi_square", chisq.test(counts, correct = FALSE)$p.value)
  if (ncol(counts) == 2) {
    p("rank_sum:r_chi_square_yates", chisq.test(counts)$p.value)
    p("rank_sum:r_fisher", fisher.test(counts)$p.value)
    p("rank_sum:spss_fisher_one_sided", min(fisher.test(counts, alternative = "less")$p.value,
                                            fisher.test(counts, alternative = "greater")$p.value))
    # first group against second, the higher level a success
    odds <- tryCatch(fisher.test(counts[, 2:1]), error = function(e) NULL)
    for (j in 1:2) show(i, c("odds:low", "odds:high")[j], odds$conf.int[j])
  }
  exact <- suppressWarnings(tryCatch(wilcox.test(x, y, conf.int = TRUE), error = function(e) NULL))
  if (!is.null(exact) && grepl("exact", exact$method)) {
    show(i, "shift:estimate", exact$estimate)
    for (j in 1:2) show(i, c("shift:low", "shift:high")[j], exact$conf.int[j])
  }
}
