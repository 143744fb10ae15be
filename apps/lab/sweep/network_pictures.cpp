#include "apps/lab/sweep/network_pictures.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <random>
#include <utility>

#include "apps/lab/frame_source.h"
#include "apps/lab/test_pictures.h"
#include "framework/base/error.h"
#include "framework/model/tensor_bridge.h"
#include "framework/runtime/image_input.h"

namespace branchline::lab {
namespace {

constexpr std::size_t kPictures = 64;

std::vector<std::int64_t> chosen_of(std::int64_t size, std::int64_t seed) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(size));
  std::iota(order.begin(), order.end(), 0);
  std::mt19937_64 random(static_cast<std::uint64_t>(seed));
  for (std::size_t i = 0; i + 1 < order.size() && i < kPictures; ++i) {
    std::swap(order[i], order[i + random() % (order.size() - i)]);
  }
  order.resize(std::min(order.size(), kPictures));
  return order;
}

}  // namespace

void require_picture_input(const model::ModelManifest& manifest, const std::string& file) {
  if (manifest.inputs.size() == 1 && manifest.inputs[0].is_image) return;
  throw InputError(manifest.inputs.empty() ? "it has no manifest, which says what its input is"
                                           : "its manifest declares no picture as its only input",
                   file,
                   "say so, e.g. branchline import " + file +
                       " --input 1,3,224,224 --image (docs/import.md has --mean and --std)",
                   InputKind::model);
}

std::optional<NetworkPictures> test_pictures_for(const model::ModelManifest& manifest,
                                                 const std::vector<std::string>& folders,
                                                 std::int64_t seed, std::string& problems) {
  const TestPictures found = find_test_pictures(manifest, folders);
  problems = found.problems;
  if (!found.images) return std::nullopt;
  NetworkPictures chosen;
  chosen.source = found.data_set;
  for (const std::int64_t index : chosen_of(found.images->size(), seed)) {
    const auto image =
        std::make_shared<const branchy_models::Image>(found.images->at(index, 0).image);
    chosen.pictures.push_back(model::to_torch({{image, image->pixels.data()},
                                               DType::u8,
                                               {1, image->height, image->width, image->channels}}));
  }
  return chosen;
}

NetworkPictures frames_for(const model::ModelManifest& manifest, const std::string& input) {
  const std::unique_ptr<FrameSource> source = open_frame_source(input, "pictures");
  const Shape& nchw = manifest.inputs.at(0).shape;
  const Shape shape = {1, nchw.at(2), nchw.at(3), nchw.at(1)};
  NetworkPictures chosen;
  chosen.source = source->description();
  while (chosen.pictures.size() < kPictures) {
    const std::optional<SourceFrame> frame = source->next();
    if (!frame) break;
    if (frame->image.empty()) continue;
    cv::Mat rgb;
    cv::cvtColor(frame->image, rgb, cv::COLOR_BGR2RGB);
    chosen.pictures.push_back(model::to_torch(
        runtime::fit_picture({rgb.data, DType::u8, {rgb.rows, rgb.cols, 3}}, shape)));
  }
  if (chosen.pictures.empty()) {
    throw InputError("it holds no frame that can be read", "pictures " + input,
                     "give a folder of pictures or a video");
  }
  return chosen;
}

}  // namespace branchline::lab
