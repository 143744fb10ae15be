#pragma once

#include <string>

#include "apps/lab/sweep/lab_network.h"
#include "branchline/edge_service.h"

namespace branchline::testing {

/// The tiny network (tiny_network.h), whose deepest exit takes 180 ms on the device and 2 ms on the
/// edge; exits 1, 2 and 3 are right on 60, 80 and 90 % of all pictures.
lab::LabNetwork sample_network();

/// The shipped b_camera, with the same times: large enough that its first exit takes much less than
/// its deepest one, on a slowed device too.
lab::LabNetwork sample_camera();

/// Serves a network in this process, on a port that is free.
EdgeService edge_of(const std::string& model_file);

}  // namespace branchline::testing
