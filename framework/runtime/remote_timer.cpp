#include "framework/runtime/remote_timer.h"

#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <utility>

#include "branchline/version.h"
#include "framework/base/error.h"
#include "framework/runtime/wire_tensors.h"

namespace branchline::runtime {
namespace {

transport::ProfileQuery query_for(const graph::LayerGraph& graph, const slice::SliceSpec& spec,
                                  int warmup, int runs) {
  transport::ProfileQuery query;
  query.plan.digest = graph.digest;
  query.plan.stages = {{Tier::edge, spec.units}};
  for (const graph::ValueId& value : spec.outputs) query.plan.outputs.push_back(to_wire(value));
  query.warmup = static_cast<std::uint32_t>(warmup);
  query.repeat = static_cast<std::uint32_t>(runs);
  return query;
}

transport::ProfileReply reply_within(std::future<transport::Body>& future, Duration patience) {
  if (future.wait_for(patience) != std::future_status::ready) {
    throw RunError("the edge did not answer a profile query in time");
  }
  const transport::Body body = future.get();
  if (const auto* reply = std::get_if<transport::ProfileReply>(&body)) return *reply;
  if (const auto* refused = std::get_if<transport::Refused>(&body)) {
    throw RunError("the edge does not profile: " + refused->sentence);
  }
  throw RunError("the edge answered a profile query with something else");
}

}  // namespace

profile::RunSlice remote_runs(const graph::LayerGraph& graph, AskProfile ask,
                              std::shared_ptr<RemoteMachine> machine, Duration patience) {
  return [&graph, ask = std::move(ask), machine, patience](const slice::SliceSpec& spec, int warmup,
                                                           int runs) {
    auto promise = std::make_shared<std::promise<transport::Body>>();
    std::future<transport::Body> future = promise->get_future();
    ask(query_for(graph, spec, warmup, runs),
        [promise](transport::Body reply) { promise->set_value(std::move(reply)); });
    const transport::ProfileReply reply = reply_within(future, patience);
    if (reply.runs.size() != static_cast<std::size_t>(runs)) {
      throw RunError("the edge ran a slice " + std::to_string(reply.runs.size()) +
                     " times instead of " + std::to_string(runs));
    }
    machine->key = {graph.digest, reply.machine, static_cast<std::int32_t>(reply.threads),
                    reply.libtorch};
    machine->load = reply.load;
    return reply.runs;
  };
}

/// Collects replies by id; ends all of them when the connection ends.
struct EdgeProfiler::Parts final : transport::ChannelListener {
  void on_message(transport::Message message, const transport::Arrival&) override {
    std::function<void(transport::Body)> done;
    {
      const std::lock_guard lock(mutex);
      if (!welcomed && std::holds_alternative<transport::Welcome>(message.body)) {
        welcomed = true;
        changed.notify_all();
        return;
      }
      const auto found = waiting.find(message.id);
      if (found == waiting.end()) return;
      done = std::move(found->second);
      waiting.erase(found);
    }
    done(std::move(message.body));
  }

  void on_closed(const std::string& reason) override {
    std::map<std::uint64_t, std::function<void(transport::Body)>> ended;
    {
      const std::lock_guard lock(mutex);
      closed = reason;
      ended.swap(waiting);
    }
    changed.notify_all();
    for (const auto& [id, done] : ended)
      done(transport::Refused{transport::Refusal::failed, reason, {}});
  }

  void ask(transport::ProfileQuery query, std::function<void(transport::Body)> done) {
    std::uint64_t id = 0;
    std::string gone;
    {
      const std::lock_guard lock(mutex);
      id = ++last_id;
      gone = closed;
      if (gone.empty()) waiting[id] = done;
    }
    if (gone.empty() && channel->send({id, std::move(query)})) return;
    {
      const std::lock_guard lock(mutex);
      if (gone.empty() && waiting.erase(id) == 0) return;  // on_closed has told it
    }
    done(transport::Refused{
        transport::Refusal::failed, gone.empty() ? "the connection is closed" : gone, {}});
  }

  graph::LayerGraph graph;
  std::shared_ptr<transport::Channel> channel;
  std::shared_ptr<RemoteMachine> machine = std::make_shared<RemoteMachine>();
  std::mutex mutex;  // guards all below
  std::condition_variable changed;
  bool welcomed = false;
  std::string closed;
  std::uint64_t last_id = 0;
  std::map<std::uint64_t, std::function<void(transport::Body)>> waiting;
  transport::IoThread io;  ///< last: its end calls on_closed
};

EdgeProfiler::EdgeProfiler(const graph::LayerGraph& graph, const std::string& endpoint,
                           Duration timeout, const transport::ClientSecurity& security)
    : parts_(std::make_shared<Parts>()) {
  parts_->graph = graph;
  transport::Hello hello;
  hello.software = std::string("branchline ") + BRANCHLINE_VERSION;
  hello.digests = {graph.digest};
  // The channel must not own what owns the I/O thread.
  const std::shared_ptr<transport::ChannelListener> listener(parts_.get(), [](auto*) {});
  parts_->channel = transport::connect(parts_->io, transport::parse_endpoint(endpoint, "--edge"),
                                       hello, timeout, listener, {}, security);
  std::unique_lock lock(parts_->mutex);
  parts_->changed.wait_for(lock, timeout + std::chrono::seconds(1),
                           [&] { return parts_->welcomed || !parts_->closed.empty(); });
  if (!parts_->closed.empty()) throw RunError(parts_->closed);
  if (!parts_->welcomed) throw RunError(endpoint + " did not answer");
}

EdgeProfiler::~EdgeProfiler() = default;

profile::RunSlice EdgeProfiler::runs() const {
  return remote_runs(
      parts_->graph,
      [parts = parts_](transport::ProfileQuery query, std::function<void(transport::Body)> done) {
        parts->ask(std::move(query), std::move(done));
      },
      parts_->machine);
}

RemoteMachine EdgeProfiler::machine() const { return *parts_->machine; }

}  // namespace branchline::runtime
