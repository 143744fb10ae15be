#pragma once

#include <string>

#include "branchy_models/stored_images.h"

namespace branchline::branchy_models {

/// Where Debian's package dataset-fashion-mnist puts the data set.
constexpr const char* kFashionMnistDirectory = "/usr/share/datasets/fashion-mnist";

/// Reads Fashion-MNIST (60 000 + 10 000 gray pictures of 28 x 28, ten classes of clothing) from
/// {train,t10k}-{images-idx3,labels-idx1}-ubyte, each with or without .gz.
/// @throws InputError naming the file when it is missing, cut short or no idx file, or when the
/// numbers of images and labels differ.
StoredImages read_fashion_mnist(const std::string& directory, Split split);

}  // namespace branchline::branchy_models
