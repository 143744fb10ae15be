#pragma once

#include <optional>
#include <string>

namespace torch::jit {
struct Module;
}

namespace branchline::branchy_models {

/// A copy of the module in which the value of this name passes through a codec's rounding before it
/// is used: "fp16", or "int8" (affine, with each image's and channel's own least and greatest
/// value: what the transport's codec does).
/// @returns nullopt when forward has no value of this name.
std::optional<torch::jit::Module> with_codec_after(const torch::jit::Module& module,
                                                   const std::string& value,
                                                   const std::string& codec);

}  // namespace branchline::branchy_models
