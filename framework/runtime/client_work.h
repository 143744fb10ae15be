#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "framework/runtime/edge_host.h"
#include "framework/runtime/slice_chain.h"
#include "transport/channel.h"
#include "transport/message.h"

namespace branchline::runtime {

/// Work of one client, which may cancel it or go away.
class ClientWork : public EdgeWork {
 public:
  ClientWork(EdgeHost& host, std::weak_ptr<EdgeConnection> client, std::uint64_t id)
      : host_(host), client_(std::move(client)), id_(id) {}

  void cancel() { cancelled_ = true; }
  bool wanted() const override;
  void drop(transport::Refusal why, const std::string& sentence) override;

 protected:
  void reply(transport::Body body) const;

  EdgeHost& host_;
  const std::weak_ptr<EdgeConnection> client_;
  const std::uint64_t id_;
  std::atomic<bool> cancelled_{false};
  ExpiryStage stage_ = ExpiryStage::queue;
};

/// A Request that waits for its answer (request_batch.h computes it).
class RequestWork final : public ClientWork {
 public:
  RequestWork(EdgeHost& host, std::weak_ptr<EdgeConnection> client, std::uint64_t id,
              ReadyPlan plan, std::vector<transport::WireTensor> tensors, TimePoint arrived);

  /// @param mates  other RequestWork: nothing else shares a plan's times
  bool run(const EdgeWorks& mates) override;

  const ReadyPlan& plan() const { return plan_; }
  TimePoint arrived() const { return arrived_; }

  /// In the order of the plan's inputs. @throws RunError naming the value that does not decode
  std::vector<at::Tensor> decode() const;

  /// Replies, and counts it.
  void answer(transport::Answer answer);

 private:
  void begin(TimePoint now);

  const InFlight in_flight_;
  const ReadyPlan plan_;
  std::vector<transport::WireTensor> tensors_;
  const TimePoint arrived_;
};

/// Times a slice for a remote profile, one run a turn.
class ProfileWork final : public ClientWork {
 public:
  ProfileWork(EdgeHost& host, std::weak_ptr<EdgeConnection> client, std::uint64_t id,
              const ServedModel& model, int warmup, int repeat);

  /// Before it is queued. The compiled slice.
  void set_slice(std::shared_ptr<const slice::Slice> slice) { slice_ = std::move(slice); }

  bool run(const EdgeWorks& mates) override;

 private:
  void run_once();
  transport::ProfileReply finished_reply() const;

  const ServedModel model_;
  std::shared_ptr<const slice::Slice> slice_;
  std::vector<at::Tensor> inputs_;
  int warmup_;
  std::size_t repeat_;
  std::vector<Duration> runs_;
};

}  // namespace branchline::runtime
