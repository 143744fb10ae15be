#pragma once

#include <string>

#include "branchy_models/stored_images.h"

namespace branchline::branchy_models {

/// Reads CIFAR-10's binary layout (50 000 + 10 000 pictures of 32 x 32, ten classes):
/// data_batch_1.bin .. data_batch_5.bin and test_batch.bin, records of one label byte and the red,
/// green and blue planes.
/// @throws InputError naming the file when it is missing, cut short, or holds a label above 9.
StoredImages read_cifar10(const std::string& directory, Split split);

}  // namespace branchline::branchy_models
