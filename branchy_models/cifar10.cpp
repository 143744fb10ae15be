#include "branchy_models/cifar10.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

#include "framework/base/error.h"

namespace branchline::branchy_models {
namespace {

constexpr int kCifarSide = 32;
constexpr std::size_t kCifarPlane = std::size_t{kCifarSide} * kCifarSide;

const std::vector<std::string>& cifar_classes() {
  static const std::vector<std::string> classes = {
      "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
  return classes;
}

void read_cifar_batch(const std::filesystem::path& path, StoredImages& set) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw InputError("cannot be opened", path.string(),
                     "give the folder that holds CIFAR-10's binary files");
  }
  std::array<std::uint8_t, 1 + 3 * kCifarPlane> record{};
  std::array<std::uint8_t, 3 * kCifarPlane> pixels{};
  bool is_empty = true;
  while (file.read(reinterpret_cast<char*>(record.data()), record.size())) {
    is_empty = false;
    if (record[0] >= cifar_classes().size()) {
      throw InputError("holds the label " + std::to_string(record[0]), path.string(),
                       "get the data set again");
    }
    for (std::size_t i = 0; i < kCifarPlane; ++i) {
      for (std::size_t channel = 0; channel < 3; ++channel) {
        pixels[3 * i + channel] = record[1 + channel * kCifarPlane + i];
      }
    }
    set.add(pixels.data(), record[0]);
  }
  if (is_empty || file.gcount() != 0) {
    throw InputError("is cut short", path.string(), "get the data set again");
  }
}

}  // namespace

StoredImages read_cifar10(const std::string& directory, Split split) {
  const std::filesystem::path folder(directory);
  StoredImages set(kCifarSide, kCifarSide, 3, cifar_classes());
  if (split == Split::test) {
    read_cifar_batch(folder / "test_batch.bin", set);
    return set;
  }
  for (int batch = 1; batch <= 5; ++batch) {
    read_cifar_batch(folder / ("data_batch_" + std::to_string(batch) + ".bin"), set);
  }
  return set;
}

}  // namespace branchline::branchy_models
