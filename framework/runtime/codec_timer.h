#pragma once

#include <map>
#include <string>

#include "framework/model/model.h"
#include "framework/profile/unit_profile.h"

namespace branchline::runtime {

/// Times "encode …" and "decode …" of each codec on what a cut of this model typically sends: png
/// and jpeg on the picture, if the input is one, the others on the f32 value of median size, as the
/// model computes it. What each codec does at each cut: `branchline experiment codecs`.
std::map<std::string, profile::TimeStats> time_codecs(const model::Model& model, int runs,
                                                      double slowdown);

}  // namespace branchline::runtime
