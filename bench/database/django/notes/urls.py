"""Django wants to know its own routes: there are none."""

urlpatterns = []
