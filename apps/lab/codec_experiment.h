#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "branchy_models/labelled_images.h"
#include "framework/model/model.h"
#include "framework/profile/codec_table.h"

namespace branchline::lab {

/// Sends the test pictures' values behind every cut vertex of every exit (the input among them, an
/// exit's own unit not) through every codec that takes them, and runs the rest of the network on
/// what comes out. Packing loses nothing, so a packed codec has the accuracy of its unpacked one.
/// Bytes and times are of the first kTimedPictures.
/// @param data_set  what the pictures are, for the table
/// @param progress  told after each batch; may be empty
/// One thread; a run of the network and one of its rest per cut and lossy codec for every picture.
profile::CodecTable measure_codecs(const std::shared_ptr<const model::Model>& model,
                                   const branchy_models::LabelledImages& images,
                                   const std::string& data_set,
                                   const std::function<void(std::int64_t done)>& progress);

inline constexpr std::int64_t kTimedPictures = 64;

}  // namespace branchline::lab
