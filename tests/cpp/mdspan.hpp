// A stand-in for std::mdspan with as much of its interface as sinkhorn.hpp looks at: run-time extents, three layouts.
#ifndef MDSPAN_HPP
#define MDSPAN_HPP

#include <array>
#include <cstddef>

namespace stand_in {

template <std::size_t rank, bool right>
struct contiguous {
  std::array<std::size_t, rank> extents{};
  constexpr std::size_t stride(std::size_t r) const {
    std::size_t product = 1;
    for (std::size_t k = right ? r + 1 : 0; k < (right ? rank : r); k++) product *= extents[k];
    return product;
  }
};

struct layout_right {
  template <std::size_t rank>
  using mapping = contiguous<rank, true>;
};
struct layout_left {
  template <std::size_t rank>
  using mapping = contiguous<rank, false>;
};
struct layout_stride {
  template <std::size_t rank>
  struct mapping {
    std::array<std::size_t, rank> extents{}, strides{};
    constexpr mapping() : strides{} { strides[rank - 1] = 1; }  // those of layout_right, as in the standard
    constexpr mapping(std::array<std::size_t, rank> e, std::array<std::size_t, rank> s) : extents(e), strides(s) {}
    constexpr std::size_t stride(std::size_t r) const { return strides[r]; }
  };
};

template <typename T, std::size_t extents, typename Layout>
class mdspan {
 public:
  using element_type = T;
  using reference = T&;
  using data_handle_type = T*;
  using layout_type = Layout;
  using mapping_type = typename Layout::template mapping<extents>;

  template <typename... Sizes>
  constexpr explicit mdspan(T* data, Sizes... sizes) : data_(data), mapping_{{static_cast<std::size_t>(sizes)...}} {}
  constexpr mdspan(T* data, const mapping_type& mapping) : data_(data), mapping_(mapping) {}

  static constexpr std::size_t rank() { return extents; }
  constexpr T* const& data_handle() const { return data_; }
  constexpr std::size_t extent(std::size_t r) const { return mapping_.extents[r]; }
  constexpr std::size_t stride(std::size_t r) const { return mapping_.stride(r); }
  constexpr std::size_t size() const {
    std::size_t product = 1;
    for (std::size_t r = 0; r < extents; r++) product *= extent(r);
    return product;
  }

 private:
  T* data_;
  mapping_type mapping_;
};

}  // namespace stand_in

#endif
