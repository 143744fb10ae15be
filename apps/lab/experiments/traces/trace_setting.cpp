#include "apps/lab/experiments/traces/trace_setting.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>
#include <utility>

#include "apps/lab/demo_play.h"
#include "framework/base/error.h"
#include "framework/model/tensor_bridge.h"
#include "framework/profile/unit_timer.h"
#include "framework/runtime/engine_profile.h"
#include "framework/slice/slice_cache.h"
#include "transport/tensor_codec.h"

namespace branchline::lab {
namespace {

Duration times(Duration time, double factor) {
  return Duration(std::llround(static_cast<double>(time.count()) * factor));
}

/// Everything of an exit on one machine.
profile::TimeStats whole_of(const profile::TierProfile& tier, int exit) {
  for (const profile::CutTimes& cut : tier.cuts) {
    if (cut.exit == exit && cut.unit == 0) return cut.suffix;
  }
  throw InputError("holds no times of a whole exit", "the profile", "measure it again",
                   InputKind::model);
}

profile::Profile measured_here(const std::shared_ptr<const model::Model>& model,
                               const std::string& file) {
  slice::SliceCache cache(512ll << 20);
  Options options;
  if (!file.empty()) {
    options.profile_file = file;
    return runtime::starting_profile(options, model, cache);
  }
  profile::TimerOptions timer;
  timer.max_cuts = 6;
  timer.runs = 40;
  profile::Profile profile;
  profile.device = profile::time_cuts(model->layers(), profile::local_runs(model, cache), timer);
  profile.device.key = profile::local_key(model->layers());
  return profile;
}

graph::LayerGraph with_slowed_device(const graph::LayerGraph& layers, profile::Profile profile,
                                     double slowdown) {
  profile.edge = {profile.device};
  for (Duration& time : profile.device.unit_time) time = times(time, slowdown);
  profile.device.slowdown = slowdown;
  return profile::with_times(layers, profile);
}

std::string cache_file(const TraceQuestion& question, const std::string& network,
                       const model::Model& model, std::int64_t images) {
  if (question.cache.empty()) return {};
  std::filesystem::create_directories(question.cache);
  const std::string name =
      network + "-" + model.digest().substr(0, 12) + "-" + std::to_string(images) + ".json";
  return (std::filesystem::path(question.cache) / name).string();
}

void add_inputs(const branchy_models::LabelledImages& images, TraceSetting& setting) {
  const int quality = setting.model->manifest().inputs.at(0).jpeg_quality;
  for (std::int64_t i = 0; i < images.size(); ++i) {
    const auto image = std::make_shared<const branchy_models::Image>(images.at(i, 0).image);
    const Tensor input{{image, image->pixels.data()},
                       DType::u8,
                       {1, image->height, image->width, image->channels}};
    setting.inputs.push_back(model::to_torch(input));
    const auto sent = transport::encode(input, transport::Codec::jpeg, {quality});
    setting.jpeg_bytes.push_back(static_cast<std::int64_t>(sent.payload_bytes));
  }
}

/// How many times its median a run takes that is the u-th of all, 0 <= u < 1.
double stretch_at(const profile::TimeStats& spread, double u) {
  const auto over_median = [&spread](Duration time) {
    return std::max(1.0,
                    static_cast<double>(time.count()) /
                        static_cast<double>(std::max<Duration::rep>(spread.median.count(), 1)));
  };
  const double p90 = over_median(spread.p90);
  const double p99 = std::max(p90, over_median(spread.p99));
  // As much quicker below the median as slower above it, but never by more than a tenth.
  if (u < 0.5) return 1 - std::min(p90 - 1, 0.1) * (0.5 - u) / 0.5;
  if (u < 0.9) return 1 + (p90 - 1) * (u - 0.5) / 0.4;
  return p90 + (p99 - p90) * std::min((u - 0.9) / 0.09, 1.0);
}

}  // namespace

Duration TraceSetting::encode_time(std::int32_t unit, const std::string& codec) const {
  for (const profile::CodecRow& row : pictures.codecs.rows) {
    if (row.unit == unit && row.codec == codec) return times(row.encode, slowdown);
  }
  return Duration{0};
}

Duration TraceSetting::decode_time(std::int32_t unit, const std::string& codec) const {
  for (const profile::CodecRow& row : pictures.codecs.rows) {
    if (row.unit == unit && row.codec == codec) return row.decode;
  }
  return Duration{0};
}

TraceSetting make_setting(const std::shared_ptr<const model::Model>& model,
                          const std::string& network, const branchy_models::LabelledImages& images,
                          const std::string& data_set, const TraceQuestion& question,
                          const std::function<void(const std::string&)>& progress) {
  TraceSetting setting;
  setting.model = model;
  setting.network = network;
  setting.deadline = question.deadline;
  setting.period = Duration(std::llround(1e9 / question.rate_hz));
  if (setting.period < setting.deadline) {
    throw InputError("frames come faster than their deadlines pass", "--rate",
                     "give a lower rate or a shorter deadline");
  }
  progress("measuring " + network);
  setting.profile = measured_here(model, question.profile);
  const profile::Profile& profile = setting.profile;
  const int deepest = model->layers().exit_count() - 1;
  setting.whole = whole_of(profile.device, deepest);
  setting.slowdown = question.slowdown > 0 ? question.slowdown
                                           : slowdown_for(whole_of(profile.device, 0).median,
                                                          setting.whole.median, question.deadline);
  setting.graph = with_slowed_device(model->layers(), profile, setting.slowdown);
  setting.pictures = measure_pictures(
      model, images, data_set, cache_file(question, network, *model, images.size()),
      [&](std::int64_t done) { progress(network + ": " + std::to_string(done) + " pictures"); });
  add_inputs(images, setting);
  return setting;
}

std::vector<FrameSpeed> frame_speeds(const profile::TimeStats& spread, std::size_t frames,
                                     std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> share(0, 1);
  std::vector<FrameSpeed> speeds;
  for (std::size_t i = 0; i < frames; ++i) {
    const double device = stretch_at(spread, share(random));
    speeds.push_back({device, stretch_at(spread, share(random))});
  }
  return speeds;
}

}  // namespace branchline::lab
