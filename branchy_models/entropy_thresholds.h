#pragma once

#include <vector>

#include "branchy_models/exit_outputs.h"

namespace branchline::branchy_models {

/// Entropy in nats of softmax(logits) for every image at one exit: H = -sum y ln y, between 0 and
/// ln(classes). (BranchyNet prints the sum without its minus sign.)
std::vector<double> entropies_at(const ExitOutputs& outputs, std::size_t exit);

/// What early leaving gives: an image leaves at the first exit n whose entropy is below
/// thresholds[n]; the last exit takes the rest.
struct EarlyLeaving {
  double accuracy = 0;
  std::vector<double> shares;  ///< per exit; they add to 1
};

/// @param thresholds  one for every exit but the last; nats, >= 0
EarlyLeaving leave_early(const ExitOutputs& outputs, const std::vector<double>& thresholds);

/// The thresholds under which as many images as possible leave early while the accuracy stays
/// within `allowed_loss` (0..1) of the deepest exit's. First one threshold for all exits is swept,
/// then each exit's own is raised, from the earliest, as far as the floor allows.
/// @returns one threshold for every exit but the last.
/// Teerapittayanon, McDanel, Kung, "BranchyNet", ICPR 2016, section III.
std::vector<double> choose_thresholds(const ExitOutputs& outputs, double allowed_loss);

/// The images with even (or odd) index: thresholds are chosen on one half and measured on the
/// other.
ExitOutputs every_second(const ExitOutputs& outputs, bool odd);

}  // namespace branchline::branchy_models
