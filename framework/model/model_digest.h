#pragma once

#include <string>

namespace branchline::model {

/// The network digest: XXH3-128, as 32 hex digits, over name and bytes of all archive entries, in
/// name order, except the manifest and what the archive writer adds by itself (its version, its
/// serialisation id). Device and edge agree on a model by it; calibrating a model does not change
/// it.
/// @throws InputError (InputKind::model) when the file cannot be read as a TorchScript archive.
std::string network_digest(const std::string& model_file);

}  // namespace branchline::model
