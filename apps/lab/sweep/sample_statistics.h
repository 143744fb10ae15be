#pragma once

#include <cstddef>
#include <vector>

namespace branchline::lab {

/// A figure with its 95 % interval.
struct Estimate {
  double value = 0, low = 0, high = 0;
};

/// The median, and between which samples it lies in 95 of 100 cases whatever their distribution
/// (order statistics of the binomial). Below six samples that is from the least to the greatest,
/// though they promise less.
/// @param samples  not empty
Estimate median_of(std::vector<double> samples);

/// By nearest rank. @param samples  not empty
double percentile_of(std::vector<double> samples, double share);

/// A share of hits, with Wilson's interval (JASA 1927), which is right for few samples and for
/// shares near 0 and 1. @param of  > 0
Estimate share_of(std::size_t hits, std::size_t of);

}  // namespace branchline::lab
