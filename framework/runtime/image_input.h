#pragma once

#include "framework/base/tensor.h"

namespace branchline::runtime {

/// A picture as the network takes it: shrunk by area averaging or enlarged bilinearly to the
/// network's height and width, grey spread to three channels or three channels made grey where the
/// network wants the other. Training and calibration evaluate through the same function, so that
/// accuracies hold for what the engine does.
///
/// @param picture  u8, {H, W, C} or {1, H, W, C}, C 1 or 3 (RGB), any H and W up to 32768
/// @param shape    what unit 0 puts out: {1, H, W, C}
/// @returns u8 of exactly `shape`; a copy even when nothing had to change
/// @throws InputError saying what is wrong with the picture.
Tensor fit_picture(const TensorView& picture, const Shape& shape);

}  // namespace branchline::runtime
