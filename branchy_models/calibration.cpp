#include "branchy_models/calibration.h"

#include <torch/script.h>

#include <exception>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "branchy_models/codec_emulation.h"
#include "branchy_models/entropy_thresholds.h"
#include "framework/base/error.h"

namespace branchline::branchy_models {
namespace {

/// The picture as it is after being sent as JPEG.
Image through_jpeg(const Image& image, int quality) {
  const bool is_colour = image.channels == 3;
  const int type = is_colour ? CV_8UC3 : CV_8UC1;
  cv::Mat pixels(image.height, image.width, type, const_cast<std::uint8_t*>(image.pixels.data()));
  cv::Mat bgr = pixels;
  if (is_colour) cv::cvtColor(pixels, bgr, cv::COLOR_RGB2BGR);
  std::vector<std::uint8_t> file;
  cv::imencode(".jpg", bgr, file, {cv::IMWRITE_JPEG_QUALITY, quality});
  Image result = image;
  cv::Mat decoded(image.height, image.width, type, result.pixels.data());
  const cv::Mat back = cv::imdecode(file, is_colour ? cv::IMREAD_COLOR : cv::IMREAD_GRAYSCALE);
  if (is_colour) {
    cv::cvtColor(back, decoded, cv::COLOR_BGR2RGB);
  } else {
    back.copyTo(decoded);
  }
  return result;
}

const model::InputManifest& image_input(const model::ModelManifest& manifest) {
  if (manifest.inputs.size() != 1 || !manifest.inputs.front().is_image) {
    throw InputError("declares no single image input", manifest.name,
                     "declare it with 'branchline import --image'", InputKind::model);
  }
  return manifest.inputs.front();
}

void write_exits(const ExitOutputs& outputs, double allowed_loss, model::ModelManifest& manifest) {
  if (manifest.exits.size() != outputs.exits()) {
    manifest.exits.assign(outputs.exits(), {});
    for (std::size_t exit = 0; exit < outputs.exits(); ++exit) {
      manifest.exits[exit].name = "exit" + std::to_string(exit + 1);
    }
  }
  const std::vector<double> accuracy = accuracy_per_exit(outputs);
  const std::vector<double> thresholds =
      choose_thresholds(every_second(outputs, false), allowed_loss);
  const EarlyLeaving leaving = leave_early(every_second(outputs, true), thresholds);
  for (std::size_t exit = 0; exit < outputs.exits(); ++exit) {
    manifest.exits[exit].accuracy = accuracy[exit];
    manifest.exits[exit].leave_share = leaving.shares[exit];
    manifest.exits[exit].entropy_threshold.reset();  // all that reach the last exit leave there
    if (exit < thresholds.size()) manifest.exits[exit].entropy_threshold = thresholds[exit];
  }
}

}  // namespace

void calibrate(torch::jit::Module& module, const LabelledImages& images,
               const CalibrationOptions& options, model::ModelManifest& manifest) {
  const model::InputManifest input = image_input(manifest);
  const Normalisation normalisation{input.mean, input.std};
  const ExitOutputs outputs = run_exits(module, images, normalisation);
  if (outputs.images < 2) {
    throw InputError("holds fewer than two images", "the data set", "give more images");
  }
  write_exits(outputs, options.allowed_loss, manifest);

  const auto jpeg = [&](const Image& image) { return through_jpeg(image, input.jpeg_quality); };
  manifest.codecs.clear();
  manifest.codecs.push_back({"png", accuracy_per_exit(outputs)});  // loses nothing
  manifest.codecs.push_back(
      {"jpeg", accuracy_per_exit(run_exits(module, images, normalisation, jpeg))});
  for (const char* codec : {"fp16", "int8"}) {
    std::optional<torch::jit::Module> changed = with_codec_after(module, options.crossing, codec);
    if (!changed) continue;
    manifest.codecs.push_back(
        {codec, accuracy_per_exit(run_exits(*changed, images, normalisation))});
  }
}

}  // namespace branchline::branchy_models
