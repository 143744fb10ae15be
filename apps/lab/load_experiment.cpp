#include "apps/lab/load_experiment.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "apps/lab/core_pin.h"
#include "apps/lab/edge_process.h"
#include "apps/lab/load_clients.h"
#include "framework/base/error.h"
#include "framework/model/model.h"
#include "framework/profile/exit_segments.h"
#include "framework/runtime/wire_tensors.h"
#include "framework/slice/sample_values.h"

namespace branchline::lab {
namespace {

constexpr std::uint64_t kStored = 16;  ///< different requests
constexpr double kNotCounted = 0.2;    ///< of a step, for queues to fill
constexpr Duration kLearning = std::chrono::milliseconds(2500);
constexpr int kLearningClients = 8;
constexpr double kLearningLoad = 1.5;

double rate_of(std::size_t count, Duration time) {
  return static_cast<double>(count) / std::chrono::duration<double>(time).count();
}

int exit_of(const LoadExperiment& experiment, const graph::LayerGraph& graph) {
  const int exit = experiment.exit == 0 ? graph.exit_count() : experiment.exit;
  if (exit < 1 || exit > graph.exit_count()) {
    throw InputError("it has " + std::to_string(graph.exit_count()) + " exits",
                     experiment.model_file, "give --exit one of them");
  }
  return exit - 1;
}

StoredRequests stored_requests(const model::Model& model, int exit, std::int32_t cut) {
  const graph::LayerGraph& graph = model.layers();
  if (cut < 0 || cut >= graph.unit_count() || !profile::can_divide(graph, exit, cut)) {
    throw InputError("the network cannot be cut behind unit " + std::to_string(cut), model.file(),
                     "give --cut a unit that `branchline inspect` lists as a cut");
  }
  const slice::SliceSpec suffix = profile::suffix_of(graph, exit, cut);
  const std::vector<graph::ValueId> crossing = slice::inputs_of(graph, suffix.units);
  StoredRequests stored;
  stored.plan.digest = model.digest();
  stored.plan.exit = exit;
  stored.plan.stages = {{Tier::edge, suffix.units}};
  for (const auto& id : suffix.outputs) stored.plan.outputs.push_back(runtime::to_wire(id));
  for (std::uint64_t seed = 1; seed <= kStored; ++seed) {
    const auto inputs = slice::random_inputs(model, 1, seed);
    const slice::Values values = slice::values_for(model, inputs, crossing);
    auto& tensors = stored.tensors.emplace_back();
    for (const auto& id : crossing) {
      const at::Tensor& value =
          id.unit == 0 ? inputs[static_cast<std::size_t>(id.index)] : values.at(id);
      tensors.push_back(runtime::encode_value(id, value, transport::Codec::raw));
    }
  }
  return stored;
}

Duration quantile(std::vector<Duration> sorted, double share) {
  if (sorted.empty()) return Duration(0);
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(share * last)];
}

LoadRow load_row_of(const std::vector<LoadedRequest>& requests, const OfferedLoad& load) {
  const auto from = std::chrono::duration_cast<Duration>(kNotCounted * load.duration);
  const Duration counted = load.duration - from;
  LoadRow row;
  std::vector<Duration> in_time;
  std::size_t offered = 0, answered = 0, refused = 0, expired = 0;
  for (const LoadedRequest& request : requests) {
    if (request.scheduled < from) continue;
    ++offered;
    answered += request.fate == LoadFate::answered ? 1 : 0;
    refused += request.fate == LoadFate::overloaded ? 1 : 0;
    expired += request.fate == LoadFate::expired ? 1 : 0;
    if (request.fate == LoadFate::answered && request.latency <= load.budget) {
      in_time.push_back(request.latency);
    }
  }
  std::sort(in_time.begin(), in_time.end());
  row.offered_per_s = rate_of(offered, counted);
  row.in_time_per_s = rate_of(in_time.size(), counted);
  row.answered_per_s = rate_of(answered, counted);
  row.refused_per_s = rate_of(refused, counted);
  row.expired_per_s = rate_of(expired, counted);
  row.late_per_s = rate_of(offered - in_time.size() - refused - expired, counted);
  row.median = quantile(in_time, 0.5);
  row.p99 = quantile(in_time, 0.99);
  return row;
}

/// The edges of an experiment, all on one core; one at a time is given work.
class LoadedEdges {
 public:
  LoadedEdges(const LoadExperiment& experiment, const StoredRequests& requests, int core)
      : experiment_(experiment), requests_(requests) {
    const PinnedTo pinned(core);
    for (const EdgePolicy& policy : experiment.policies) {
      edges_.push_back(std::make_unique<EdgeProcess>(
          experiment.edge_program, experiment.model_file,
          experiment.log_folder + "/branchlined-" + std::to_string(edges_.size()) + ".log",
          policy.flags));
    }
  }

  /// Has each compile the plan, and learn under load how long it takes.
  void warm_up() {
    for (const auto& edge : edges_) {
      LoadClients clients(edge->port(), kLearningClients, requests_);
      clients.prepare();
      clients.run({kLearningLoad * alone_per_s(clients), kLearning, experiment_.budget, 1});
    }
  }

  double alone_per_s() {
    LoadClients clients(edges_.front()->port(), 1, requests_);
    return alone_per_s(clients);
  }

  LoadRow offer(std::size_t policy, int count, double load, double alone) {
    LoadClients clients(edges_[policy]->port(), count, requests_);
    const OfferedLoad offered = {load * alone, experiment_.step, experiment_.budget,
                                 experiment_.seed + static_cast<std::uint64_t>(1000 * load)};
    LoadRow row = load_row_of(clients.run(offered), offered);
    row.policy = experiment_.policies[policy].name;
    row.clients = count;
    row.load = load;
    row.alone_per_s = alone;
    return row;
  }

 private:
  static double alone_per_s(LoadClients& clients) { return rate_of(1, clients.time_alone()); }

  const LoadExperiment& experiment_;
  const StoredRequests& requests_;
  std::vector<std::unique_ptr<EdgeProcess>> edges_;
};

}  // namespace

std::vector<EdgePolicy> load_policies(bool ablation) {
  std::vector<EdgePolicy> policies = {{"branchline", {}}};
  if (ablation) policies.push_back({"each alone", {"--max-batch", "1"}});
  policies.push_back(
      {"first come", {"--first-come", "--max-queue", "100000", "--max-frame", "512MiB"}});
  return policies;
}

LoadResult run_load_experiment(const LoadExperiment& experiment,
                               const std::function<void(const std::string&)>& progress) {
  const auto model = model::Model::load(experiment.model_file);
  const int exit = exit_of(experiment, model->layers());
  const StoredRequests requests = stored_requests(*model, exit, experiment.cut);
  const std::vector<int> cores = usable_cores();
  LoadResult result;
  result.network = model->layers().name;
  result.exit = model->layers().exits[static_cast<std::size_t>(exit)].name;
  result.request_bytes = transport::payload_bytes(requests.tensors.front());
  result.edge_core = cores.empty() ? 0 : cores.front();
  result.load_core = cores.empty() ? 0 : cores.back();
  const PinnedTo pinned(result.load_core);
  LoadedEdges edges(experiment, requests, result.edge_core);
  edges.warm_up();
  for (const int clients : experiment.clients) {
    if (progress) progress(std::to_string(clients) + " clients");
    const double alone = edges.alone_per_s();
    for (const double load : experiment.loads) {
      for (std::size_t policy = 0; policy < experiment.policies.size(); ++policy) {
        result.rows.push_back(edges.offer(policy, clients, load, alone));
      }
    }
  }
  return result;
}

}  // namespace branchline::lab
