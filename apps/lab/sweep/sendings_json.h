#pragma once

#include <string>
#include <vector>

#include "apps/lab/sweep/lab_network.h"

namespace branchline::lab {

/// "branchline.lab_sendings/1": what a run saw of its codecs, kept so that the run that goes on
/// plans by the same.
std::string to_json(const std::vector<SeenSending>& sendings);

/// @param name  of the file, for errors
/// @throws InputError when it is no such document.
std::vector<SeenSending> sendings_from_json(const std::string& text, const std::string& name);

}  // namespace branchline::lab
