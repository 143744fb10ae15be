#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "apps/lab/experiments/traces/picture_answers.h"
#include "framework/profile/unit_profile.h"

namespace branchline::lab {

/// How much longer than usual one frame's compute takes.
struct FrameSpeed {
  double device = 1, edge = 1;
};

/// What all methods of one network are played with.
struct TraceSetting {
  std::shared_ptr<const model::Model> model;
  std::string network;
  double slowdown = 1;  ///< of the device; the edge is this machine as it is
  Duration deadline{0};
  Duration period{0};        ///< between frames, at least the deadline
  profile::Profile profile;  ///< of this machine as it is
  graph::LayerGraph graph;   ///< with the device's and the edge's times
  profile::TimeStats whole;  ///< of the deepest exit on this machine: the spread of all times
  MeasuredPictures pictures;
  std::vector<at::Tensor> inputs;        ///< as unit 0 puts them out
  std::vector<std::int64_t> jpeg_bytes;  ///< of each input that is a picture

  /// Encoding or decoding what leaves a unit, as measured on this machine; zero for what was not.
  Duration encode_time(std::int32_t unit, const std::string& codec) const;
  Duration decode_time(std::int32_t unit, const std::string& codec) const;
};

/// What the user asks for.
struct TraceQuestion {
  Duration deadline = std::chrono::milliseconds(150);
  double rate_hz = 6;
  double slowdown = 0;  ///< 0: lab::slowdown_for
  std::string profile;  ///< file; empty: measure now
  std::string cache;    ///< folder for MeasuredPictures; empty: none
};

/// @throws InputError when frames come faster than their deadlines pass, or a file does not fit.
TraceSetting make_setting(const std::shared_ptr<const model::Model>& model,
                          const std::string& network, const branchy_models::LabelledImages& images,
                          const std::string& data_set, const TraceQuestion& question,
                          const std::function<void(const std::string&)>& progress);

/// Drawn from the spread measured; the same for every method. Device and edge are independent.
std::vector<FrameSpeed> frame_speeds(const profile::TimeStats& spread, std::size_t frames,
                                     std::uint64_t seed);

}  // namespace branchline::lab
