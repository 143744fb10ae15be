#include "framework/runtime/edge_host.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <future>
#include <optional>

#include "framework/base/error.h"
#include "framework/profile/exit_segments.h"
#include "framework/slice/compute_threads.h"

namespace branchline::runtime {
namespace {

/// Whoever comes while several are computed waits for all of them: no longer than this.
constexpr int kPiecesPerBatch = 4;

EdgeQueue::Limits queue_limits(const EdgeOptions& options) {
  BL_EXPECT(options.workers > 0 && options.threads > 0 && options.max_queue > 0,
            "an edge needs workers, threads and a queue of at least 1");
  BL_EXPECT(options.max_batch > 0, "an edge runs at least 1 request at once");
  BL_EXPECT(options.max_frame_bytes > 0, "an edge needs frames of at least 1 byte");
  EdgeQueue::Limits limits;
  limits.max_waiting = static_cast<std::size_t>(options.max_queue);
  limits.max_bytes = 4 * static_cast<std::uint64_t>(options.max_frame_bytes);
  limits.workers = options.workers;
  limits.max_batch = options.scheduling == EdgeScheduling::first_come ? 1 : options.max_batch;
  limits.longest_batch = kPiecesPerBatch * options.piece;
  return limits;
}

PreparedPlans::Limits plan_limits(const EdgeOptions& options) {
  PreparedPlans::Limits limits;
  limits.slice_cache_bytes = options.slice_cache_bytes;
  limits.piece = options.piece;
  return limits;
}

}  // namespace

EdgeHost::EdgeHost(const EdgeOptions& options)
    : options_(options),
      queue_(time_, queue_limits(options)),
      plans_(plan_limits(options), queue_, time_) {
  slice::set_compute_threads(options.threads);
  load_models();
  int exits = 0;
  for (const auto& [digest, served] : models_) {
    exits = std::max(exits, served.model->layers().exit_count());
  }
  counters_.set_exits(exits);
  for (int i = 0; i < options.workers; ++i) {
    workers_.emplace_back([this] { compute_until_stopped(); });
  }
}

EdgeHost::~EdgeHost() { stop_computing(); }

void EdgeHost::load_models() {
  for (const std::string& file : options_.model_files) {
    const TimePoint begin = Clock::now();
    const auto loaded = model::Model::load(file);
    const Duration took = Clock::now() - begin;
    const auto [place, fresh] = models_.try_emplace(loaded->digest(), ServedModel{loaded, took});
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
    if (fresh) {
      log(2, "serving " + file + " (" + loaded->digest() + "), loaded in " + std::to_string(ms) +
                 " ms");
    } else {
      log(1, file + " is the same network as " + place->second.model->file() + "; served once");
    }
  }
}

void EdgeHost::warm_up() {
  std::vector<std::future<std::string>> warmed;
  for (const auto& [digest, served] : models_) {
    const graph::LayerGraph& graph = served.model->layers();
    const int deepest = graph.exit_count() - 1;
    slice::SliceSpec whole = profile::whole_of(graph, deepest);
    EdgePlan plan{deepest, whole.units, slice::inputs_of(graph, whole.units), whole.outputs};
    const auto done = std::make_shared<std::promise<std::string>>();
    warmed.push_back(done->get_future());
    const bool begun = plans_.prepare(served.model, plan,
                                      [done](const std::string& error) { done->set_value(error); });
    if (!begun) done->set_value("too many plans are compiling");
  }
  for (std::future<std::string>& each : warmed) {
    const std::string error = each.get();
    if (!error.empty()) log(1, "a network could not be warmed up: " + error);
  }
}

void EdgeHost::compute_until_stopped() {
  at::set_num_threads(options_.threads);  // OpenMP counts per calling thread
  const c10::InferenceMode inference;
  while (queue_.run_one(true)) {
  }
}

void EdgeHost::stop_computing() {
  queue_.stop(transport::Refusal::draining, "the edge is going down");
  for (std::thread& worker : workers_) worker.join();
  workers_.clear();
  plans_.stop();
}

void EdgeHost::add(const std::shared_ptr<EdgeConnection>& connection) {
  const std::lock_guard lock(mutex_);
  connections_[connection.get()] = connection;
  counters_.connections = connections_.size();
}

void EdgeHost::remove(const EdgeConnection* connection) {
  const std::lock_guard lock(mutex_);
  connections_.erase(connection);
  counters_.connections = connections_.size();
}

std::vector<std::shared_ptr<EdgeConnection>> EdgeHost::connections() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<EdgeConnection>> alive;
  for (const auto& [key, weak] : connections_) {
    if (auto connection = weak.lock()) alive.push_back(std::move(connection));
  }
  return alive;
}

void EdgeHost::log(int level, const std::string& text) const {
  if (options_.log) options_.log(level, text);
}

void EdgeHost::log_some(int level, const std::string& text) {
  std::optional<std::string> line;
  {
    const std::lock_guard lock(notices_mutex_);
    line = notices_.admit(text, time_.now());
  }
  if (line) log(level, *line);
}

EdgeStatus EdgeHost::status() const {
  EdgeStatus status;
  status.connections = counters_.connections;
  status.answered = counters_.answered();
  status.refused = counters_.refused();
  status.expired = counters_.expired();
  status.failed = counters_.failed();
  status.waiting = queue_.waiting();
  status.queue = queue_.wait_estimate();
  status.overdue = queue_.overdue();
  return status;
}

}  // namespace branchline::runtime
