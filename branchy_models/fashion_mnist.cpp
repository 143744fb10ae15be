#include "branchy_models/fashion_mnist.h"

#include <zlib.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "framework/base/error.h"

namespace branchline::branchy_models {
namespace {

constexpr std::uint32_t kIdxLabels = 0x00000801;  // unsigned bytes, one dimension
constexpr std::uint32_t kIdxImages = 0x00000803;  // unsigned bytes, three dimensions
constexpr std::uint32_t kIdxMostItems = 10'000'000;

/// An idx file, gzip-compressed or not: zlib reads both.
class IdxFile {
 public:
  explicit IdxFile(const std::filesystem::path& without_gz) : path_(without_gz.string() + ".gz") {
    if (!std::filesystem::exists(path_)) path_ = without_gz.string();
    file_.reset(gzopen(path_.c_str(), "rb"));
    if (!file_) {
      throw InputError("cannot be opened", without_gz.string(),
                       "install Debian's dataset-fashion-mnist or give its folder");
    }
  }

  void read(std::uint8_t* bytes, std::size_t size) {
    const int got = gzread(file_.get(), bytes, static_cast<unsigned>(size));
    if (got < 0 || static_cast<std::size_t>(got) != size) fail("is cut short or damaged");
  }

  std::uint32_t read_u32() {
    std::array<std::uint8_t, 4> bytes{};
    read(bytes.data(), bytes.size());
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
           std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]};
  }

  std::uint32_t read_header(std::uint32_t magic) {
    if (read_u32() != magic) fail("is not the idx file that its name says");
    const std::uint32_t items = read_u32();
    if (items == 0 || items > kIdxMostItems) fail("claims " + std::to_string(items) + " items");
    return items;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw InputError(what, path_, "get the data set again");
  }

 private:
  struct Closer {
    void operator()(gzFile_s* file) const { gzclose(file); }
  };
  std::string path_;
  std::unique_ptr<gzFile_s, Closer> file_;
};

const std::vector<std::string>& fashion_classes() {
  static const std::vector<std::string> classes = {"t-shirt", "trouser",   "pullover", "dress",
                                                   "coat",    "sandal",    "shirt",    "sneaker",
                                                   "bag",     "ankle-boot"};
  return classes;
}

}  // namespace

StoredImages read_fashion_mnist(const std::string& directory, Split split) {
  const std::string prefix = split == Split::train ? "train" : "t10k";
  const std::filesystem::path folder(directory);
  IdxFile labels(folder / (prefix + "-labels-idx1-ubyte"));
  IdxFile images(folder / (prefix + "-images-idx3-ubyte"));
  const std::uint32_t count = images.read_header(kIdxImages);
  if (labels.read_header(kIdxLabels) != count) {
    labels.fail("holds another number of items than the images' file");
  }
  const std::uint32_t height = images.read_u32();
  const std::uint32_t width = images.read_u32();
  if (height != 28 || width != 28) images.fail("does not hold 28 x 28 pictures");

  StoredImages set(28, 28, 1, fashion_classes());
  std::array<std::uint8_t, 28 * 28> pixels{};
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint8_t label = 0;
    labels.read(&label, 1);
    if (label >= fashion_classes().size()) {
      labels.fail("holds the label " + std::to_string(label));
    }
    images.read(pixels.data(), pixels.size());
    set.add(pixels.data(), label);
  }
  return set;
}

}  // namespace branchline::branchy_models
