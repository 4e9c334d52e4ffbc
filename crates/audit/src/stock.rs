//! Judges stock and orders: nothing is oversold, and orders pass through their states in order.

use crate::findings::FactContext;
use crate::promises::Promise;
use chappe_base::{Homes, Map, OrderId, PageId, ProductId, ShardId, UserId};

/// The state of an open order. Delivered and cancelled orders are forgotten.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Placed,
    Paid,
    Shipped,
}

impl State {
    fn label(self) -> &'static str {
        match self {
            State::Placed => "placed",
            State::Paid => "paid",
            State::Shipped => "shipped",
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Order {
    page: PageId,
    product: ProductId,
    state: State,
}

/// The fold over the stock and orders of one shard's pages.
#[derive(Debug)]
pub(crate) struct Stock {
    homes: Homes,
    shard: ShardId,
    units: Map<(PageId, ProductId), i64>,
    orders: Map<OrderId, Order>,
}

/// One step of an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    Paid,
    Shipped,
    Delivered,
    Cancelled,
}

impl Step {
    fn label(self) -> &'static str {
        match self {
            Step::Paid => "paid",
            Step::Shipped => "shipped",
            Step::Delivered => "delivered",
            Step::Cancelled => "cancelled",
        }
    }

    fn may_follow(self, state: State) -> bool {
        match self {
            Step::Paid => state == State::Placed,
            Step::Shipped => state == State::Paid,
            Step::Delivered => state == State::Shipped,
            Step::Cancelled => state != State::Shipped,
        }
    }
}

impl Stock {
    pub(crate) fn new(homes: Homes, shard: ShardId) -> Stock {
        Stock {
            homes,
            shard,
            units: Map::default(),
            orders: Map::default(),
        }
    }

    /// Units of the product in stock.
    pub(crate) fn units(&self, page: PageId, product: ProductId) -> i64 {
        self.units.get(&(page, product)).copied().unwrap_or(0)
    }

    fn at_home(&self, page: PageId, context: &mut FactContext<'_>) {
        context.checked(Promise::StockKept);
        if self.homes.page(page) != self.shard {
            let what = format!("the stock of page {} was touched away from its home", page.0);
            context.violation(Promise::StockKept, what);
        }
    }

    pub(crate) fn stocked(
        &mut self,
        page: PageId,
        product: ProductId,
        units: u32,
        context: &mut FactContext<'_>,
    ) {
        self.at_home(page, context);
        *self.units.entry((page, product)).or_default() += i64::from(units);
    }

    pub(crate) fn placed(
        &mut self,
        order: OrderId,
        user: UserId,
        page: PageId,
        product: ProductId,
        context: &mut FactContext<'_>,
    ) {
        self.at_home(page, context);
        let units = self.units.entry((page, product)).or_default();
        *units -= 1;
        if *units < 0 {
            // So that one unit too many is one violation.
            *units = 0;
            let what = format!(
                "order {} of user {} sold product {} of page {}, of which none was in stock",
                order.0, user.0, product.0, page.0
            );
            context.violation(Promise::StockKept, what);
        }
        let state = State::Placed;
        if self
            .orders
            .insert(order, Order { page, product, state })
            .is_some()
        {
            context.violation(Promise::StockKept, format!("order {} was placed twice", order.0));
        }
    }

    pub(crate) fn stepped(
        &mut self,
        order: OrderId,
        page: PageId,
        product: Option<ProductId>,
        step: Step,
        context: &mut FactContext<'_>,
    ) {
        self.at_home(page, context);
        let Some(known) = self.orders.get_mut(&order) else {
            let what = format!(
                "order {} with page {} was {}, but there is no such open order",
                order.0,
                page.0,
                step.label()
            );
            return context.violation(Promise::StockKept, what);
        };
        if known.page != page || product.is_some_and(|product| product != known.product) {
            let what = format!(
                "order {} is for product {} of page {}, not of what was {}",
                order.0,
                known.product.0,
                known.page.0,
                step.label()
            );
            return context.violation(Promise::StockKept, what);
        }
        if !step.may_follow(known.state) {
            let what = format!(
                "order {} with page {} was {} while {}",
                order.0,
                page.0,
                step.label(),
                known.state.label()
            );
            return context.violation(Promise::StockKept, what);
        }
        match step {
            Step::Paid => known.state = State::Paid,
            Step::Shipped => known.state = State::Shipped,
            Step::Delivered => {
                self.orders.remove(&order);
            }
            Step::Cancelled => {
                *self.units.entry((page, known.product)).or_default() += 1;
                self.orders.remove(&order);
            }
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.units.allocation_size() + self.orders.allocation_size()
    }
}
