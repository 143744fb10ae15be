#pragma once

#include "apps/lab/sweep/lab_network.h"

namespace branchline::testing {

/// The tiny network (tiny_network.h), whose deepest exit takes 180 ms on the device and 2 ms on the
/// edge; exits 1, 2 and 3 are right on 60, 80 and 90 % of all pictures.
lab::LabNetwork sample_network();

}  // namespace branchline::testing
