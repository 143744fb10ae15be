#include "tests/soak/known_network.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <random>

#include "framework/base/error.h"
#include "framework/model/tensor_bridge.h"
#include "framework/profile/codec_table.h"
#include "framework/runtime/image_input.h"
#include "tests/framework/runtime/tiny_network.h"
#include "transport/tensor_codec.h"

namespace branchline::soak {
namespace {

using testing::relative_error;
using transport::Codec;

constexpr std::size_t kPictures = 12;
/// Slices are compiled, and requests may be computed several at once: both reorder sums.
constexpr double kRounding = 2e-4;
/// Values that went through fp16 or int8.
constexpr double kLossy = 0.1;
/// So far apart must answers be that an error cannot make one look like another.
constexpr double kApart = 2.5 * kLossy;

/// A few rectangles of random colours: sharp enough for the exits to differ, and kind to JPEG.
Tensor draw(std::uint64_t seed, std::int64_t channels) {
  std::mt19937_64 dice(seed);
  const auto up_to = [&dice](std::size_t limit) { return dice() % limit; };
  const std::size_t height = 24 + up_to(40), width = 24 + up_to(40);
  const auto depth = static_cast<std::size_t>(channels);
  auto pixels = std::make_shared<std::vector<std::uint8_t>>(height * width * depth);
  for (int rectangle = 0; rectangle < 6; ++rectangle) {
    const bool whole = rectangle == 0;
    const std::size_t top = whole ? 0 : up_to(height), left = whole ? 0 : up_to(width);
    const std::size_t bottom = whole ? height : std::min(height, top + height / 2);
    const std::size_t right = whole ? width : std::min(width, left + width / 2);
    std::array<std::uint8_t, 3> colour{};
    for (auto& part : colour) part = static_cast<std::uint8_t>(up_to(256));
    for (std::size_t y = top; y < bottom; ++y) {
      for (std::size_t x = left; x < right; ++x) {
        for (std::size_t c = 0; c < depth; ++c) (*pixels)[(y * width + x) * depth + c] = colour[c];
      }
    }
  }
  const void* data = pixels->data();
  return {std::shared_ptr<const void>(std::move(pixels), data),
          DType::u8,
          {static_cast<std::int64_t>(height), static_cast<std::int64_t>(width), channels}};
}

double distance(const at::Tensor& one, const at::Tensor& other) {
  return relative_error(one, model::from_torch(other));
}

bool rounds(const std::string& codecs) {
  return codecs.find("fp16") != std::string::npos || codecs.find("int8") != std::string::npos;
}

}  // namespace

KnownNetwork::KnownNetwork(const std::string& file, const std::string& folder, std::uint64_t seed)
    : model_(model::Model::load(file)) {
  for (std::uint64_t i = 0; pictures_.size() < kPictures; ++i) {
    BL_EXPECT(i < 2000, "no pictures found that every exit of " + name() + " tells apart");
    Picture drawn = new_picture(seed + i);
    const double nearest = nearest_to(drawn);
    if (nearest < kApart) continue;
    closest_ = std::min(closest_, nearest);
    pictures_.push_back(std::move(drawn));
  }
  write_codecs(folder);
}

KnownNetwork::Picture KnownNetwork::new_picture(std::uint64_t seed) const {
  const model::InputManifest& input = model_->manifest().inputs.at(0);
  Picture picture;
  picture.pixels = draw(seed, seed % 2 == 0 ? 3 : input.shape.at(1));
  const Tensor fitted = runtime::fit_picture(picture.pixels.view(), model_->inputs().at(0).shape);
  picture.logits = reference(fitted);
  transport::CodecOptions options;
  options.jpeg_quality = input.jpeg_quality;
  picture.logits_of_jpeg =
      reference(transport::decode(transport::encode(fitted, Codec::jpeg, options)));
  return picture;
}

double KnownNetwork::nearest_to(const Picture& drawn) const {
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t exit = 0; exit < drawn.logits.size(); ++exit) {
    for (std::size_t other = 0; other < drawn.logits.size(); ++other) {
      if (other == exit) continue;
      nearest = std::min(nearest, distance(drawn.logits[exit], drawn.logits[other]));
    }
    for (const Picture& before : pictures_) {
      nearest = std::min(nearest, distance(drawn.logits[exit], before.logits[exit]));
    }
  }
  return nearest;
}

std::vector<at::Tensor> KnownNetwork::reference(const Tensor& fitted) const {
  return model_->run_reference({model::to_torch(fitted)});
}

bool KnownNetwork::can_leave_early() const {
  const auto& exits = model_->manifest().exits;
  return std::any_of(exits.begin(), exits.end(),
                     [](const model::ExitManifest& exit) { return exit.entropy_threshold; });
}

void KnownNetwork::write_codecs(const std::string& folder) {
  const graph::LayerGraph& layers = model_->layers();
  profile::CodecTable table;
  table.network = layers.name;
  table.digest = model_->digest();
  table.data_set = "none: a soak";
  table.machine = "any";
  table.exit_accuracy.assign(layers.exits.size(), 0.9);
  for (const graph::Unit& unit : layers.units) {
    if (unit.outputs.size() != 1) continue;
    const graph::TensorSpec& spec = unit.outputs[0];
    for (const Codec codec : transport::all_codecs()) {
      if (!transport::can_encode(codec, spec.type, spec.shape)) continue;
      profile::CodecRow row;
      row.unit = unit.id;
      row.codec = transport::name_of(codec);
      row.raw_bytes = spec.bytes();
      row.bytes = static_cast<double>(transport::expected_bytes(codec, spec.type, spec.shape));
      row.accuracy.assign(layers.exits.size(), 0.9);
      table.rows.push_back(std::move(row));
    }
  }
  codec_file_ = folder + "/" + layers.name + "_codecs.json";
  std::ofstream(codec_file_) << profile::to_json({table});
}

TensorView KnownNetwork::picture(std::size_t index) const {
  return pictures_.at(index).pixels.view();
}

std::string KnownNetwork::fault(const Result& result, std::size_t picture, double& error) const {
  const Picture& asked = pictures_.at(picture);
  const int exit = result.plan.exit;
  if (exit < 1 || exit > exits()) return "it names exit " + std::to_string(exit);
  const std::string codecs = codecs_of(result);
  const bool as_jpeg = codecs.find("jpeg") != std::string::npos;
  const auto& logits = as_jpeg ? asked.logits_of_jpeg : asked.logits;
  error = relative_error(logits[static_cast<std::size_t>(exit - 1)], result.outputs.at(0));
  if (error <= (rounds(codecs) ? kLossy : kRounding)) return {};
  return "its logits are " + std::to_string(error) + " off exit " + std::to_string(exit) + "'s (" +
         name_of(result.plan.place) + ", sent as '" + codecs + "')";
}

std::string codecs_of(const Result& result) {
  std::string codecs;
  for (const Stage& stage : result.plan.stages) {
    if (stage.codec.empty()) continue;
    codecs += (codecs.empty() ? "" : "+") + stage.codec;
  }
  return codecs;
}

}  // namespace branchline::soak
