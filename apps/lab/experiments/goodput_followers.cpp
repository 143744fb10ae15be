#include "apps/lab/experiments/goodput_followers.h"

#include <algorithm>
#include <deque>

#include "transport/link_estimate.h"

namespace branchline::lab {
namespace {

double in_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

class OurEstimate final : public GoodputFollower {
 public:
  std::string name() const override { return "branchline"; }
  void add(const LinkExchange& exchange) override {
    estimate_.add_exchange(exchange.up_bytes, exchange.down_bytes, exchange.total, exchange.remote,
                           exchange.end);
    if (!exchange.ping)
      estimate_.add_download(exchange.down_bytes, exchange.download, exchange.end);
  }
  double uplink_bytes_per_s() const override {
    const auto values = estimate_.values();
    return values ? values->uplink_bytes_per_s : 0;
  }

 private:
  transport::LinkEstimate estimate_;
};

/// Goodput of one exchange when the shortest ping is all that is known of the round trip.
class SampleFollower : public GoodputFollower {
 public:
  void add(const LinkExchange& exchange) override {
    const double transfer = in_seconds(exchange.total - exchange.remote);
    if (exchange.ping) {
      round_trip_s_ = pinged_ ? std::min(round_trip_s_, transfer) : transfer;
      pinged_ = true;
      return;
    }
    const double serial = std::max(transfer - round_trip_s_, 0.05 * transfer);
    add_sample(static_cast<double>(exchange.up_bytes) / serial);
  }

 protected:
  virtual void add_sample(double bytes_per_s) = 0;

 private:
  bool pinged_ = false;
  double round_trip_s_ = 0;
};

class LastSample final : public SampleFollower {
 public:
  std::string name() const override { return "last"; }
  double uplink_bytes_per_s() const override { return last_; }

 private:
  void add_sample(double bytes_per_s) override { last_ = bytes_per_s; }
  double last_ = 0;
};

class WeightedMean final : public SampleFollower {
 public:
  std::string name() const override { return "ewma"; }
  double uplink_bytes_per_s() const override { return mean_; }

 private:
  void add_sample(double bytes_per_s) override {
    mean_ = mean_ == 0 ? bytes_per_s : mean_ + 0.3 * (bytes_per_s - mean_);
  }
  double mean_ = 0;
};

class HarmonicMeanOfFive final : public SampleFollower {
 public:
  std::string name() const override { return "harmonic5"; }
  double uplink_bytes_per_s() const override {
    double seconds_per_byte = 0;
    for (const double sample : samples_) seconds_per_byte += 1 / sample;
    return samples_.empty() ? 0 : static_cast<double>(samples_.size()) / seconds_per_byte;
  }

 private:
  void add_sample(double bytes_per_s) override {
    samples_.push_back(bytes_per_s);
    if (samples_.size() > 5) samples_.pop_front();
  }
  std::deque<double> samples_;
};

}  // namespace

std::vector<std::unique_ptr<GoodputFollower>> goodput_followers() {
  std::vector<std::unique_ptr<GoodputFollower>> followers;
  followers.push_back(std::make_unique<OurEstimate>());
  followers.push_back(std::make_unique<LastSample>());
  followers.push_back(std::make_unique<WeightedMean>());
  followers.push_back(std::make_unique<HarmonicMeanOfFive>());
  return followers;
}

}  // namespace branchline::lab
