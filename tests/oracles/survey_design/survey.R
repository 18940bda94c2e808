# Rscript survey.R > out.csv   (from this folder; needs the R package survey, run with 4.1-1)
suppressMessages(library(survey))
d <- read.csv("survey.csv")
out <- function(case, name, value) cat(sprintf("%s,%s,%.12g\n", case, name, value))
cat("case,name,value\n")

estimates <- function(case, design) {
  both <- function(name, est) {
    out(case, paste0(name, ".value"), coef(est)[[1]])
    out(case, paste0(name, ".se"), SE(est)[[1]])
  }
  both("employed", svymean(~employed, design))
  both("employed|young", svymean(~employed, subset(design, young == 1)))
  both("employed|F", svymean(~employed, subset(design, sex == "F")))
  both("employed|M", svymean(~employed, subset(design, sex == "M")))
  both("hours|employed", svymean(~hours, subset(design, employed == 1)))
  both("hours/employed", svyratio(~hours, ~employed, design))
  both("hours/months", svyratio(~hours, ~months, design))
  both("total hours", svytotal(~hours, design))
  out(case, "df", degf(design))
}

full <- svydesign(ids = ~cluster, strata = ~stratum, weights = ~weight, data = d, nest = TRUE)
options(survey.lonely.psu = "adjust")
estimates("adjust", full)
options(survey.lonely.psu = "remove")
estimates("remove", full)
# Clusters without any weight, and a whole stratum of them: in the variance, in no degree of freedom.
d$weight0 <- ifelse(d$stratum == "west" | (d$stratum == "north" & d$cluster <= 2), 0, d$weight)
options(survey.lonely.psu = "adjust")
estimates("weight zero", svydesign(ids = ~cluster, strata = ~stratum, weights = ~weight0, data = d,
                                   nest = TRUE))
options(survey.lonely.psu = "fail")
d$unit <- interaction(d$stratum, d$cluster, drop = TRUE)
estimates("clusters only", svydesign(ids = ~unit, weights = ~weight, data = d))
estimates("strata only", svydesign(ids = ~1, strata = ~stratum, weights = ~weight, data = d))

# Medians: the point estimate of the definition "smallest value that half of the weight reaches".
median <- svyquantile(~months, svydesign(ids = ~unit, weights = ~weight, data = d), 0.5, qrule = "math")
out("clusters only", "months.median", coef(median)[[1]])

# Delete-one-cluster jackknife: another estimator of the same variance, equal to first order only.
mainland <- subset(d, stratum != "island")
jack <- as.svrepdesign(
  svydesign(ids = ~cluster, strata = ~stratum, weights = ~weight, data = mainland, nest = TRUE),
  type = "JKn")
out("jackknife", "employed|young.se", SE(svymean(~employed, subset(jack, young == 1)))[[1]])
out("jackknife", "hours/months.se", SE(svyratio(~hours, ~months, jack))[[1]])
