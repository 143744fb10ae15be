#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "branchy_models/labelled_images.h"
#include "framework/model/model.h"
#include "framework/profile/codec_table.h"

namespace branchline::lab {

/// What one exit said of a batch of pictures, right or wrong.
struct BatchAnswers {
  std::int32_t unit = -1;  ///< behind which its values were sent; -1: nothing was sent
  std::string codec;       ///< empty: nothing was sent
  int exit = 0;            ///< index from 0
  std::vector<bool> right;
};
using OnAnswers = std::function<void(const BatchAnswers&)>;

/// Sends the test pictures' values behind every cut vertex of every exit (the input among them, an
/// exit's own unit not) through every codec that takes them, and runs the rest of the network on
/// what comes out. Packing loses nothing, so a packed codec has the accuracy of its unpacked one.
/// Bytes and times are of the first kTimedPictures.
/// @param data_set  what the pictures are, for the table
/// @param progress  told after each batch; may be empty
/// @param on_answers  told of each batch, exit, cut and codec that is not packed; may be empty
/// One thread; a run of the network and one of its rest per cut and lossy codec for every picture.
profile::CodecTable measure_codecs(const std::shared_ptr<const model::Model>& model,
                                   const branchy_models::LabelledImages& images,
                                   const std::string& data_set,
                                   const std::function<void(std::int64_t done)>& progress,
                                   const OnAnswers& on_answers = {});

inline constexpr std::int64_t kTimedPictures = 64;

}  // namespace branchline::lab
